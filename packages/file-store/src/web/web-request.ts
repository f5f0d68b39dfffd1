import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { CodedError, invalid } from '@flexprice/domain'
import { type AddressRules, expectPublicUrl, publicLookup } from './public-address.ts'

export interface WebRequest {
  readonly url: URL
  readonly from: number
  readonly signal: AbortSignal
  readonly rules: AddressRules
  /** Of silence, before the answer and in its middle. */
  readonly idleMsMax: number
}

const redirectsMax = 5

/**
 * Asks for a file's bytes from a position on, and follows redirects to public addresses only.
 *
 * @returns the answer, 200 or 206, whose body is still to be read
 * @throws validation_error for what another attempt would not change; service_unavailable for what it may
 */
export async function requestFile(request: WebRequest): Promise<IncomingMessage> {
  let { url } = request
  for (let redirects = 0; redirects <= redirectsMax; redirects++) {
    expectPublicUrl(url, request.rules)
    const response = await send({ ...request, url })
    const { statusCode: status = 0, headers } = response
    if (status === 200 || status === 206) {
      if ((headers['content-encoding'] ?? 'identity') === 'identity') return response
      response.destroy()
      throw refused(`${url.host} sends it encoded as ${headers['content-encoding']}`)
    }
    response.destroy()
    if (!isRedirect(status) || headers.location === undefined) throw answered(url, status)
    if (!URL.canParse(headers.location, url.href)) throw refused(`${url.host} redirects to no address`)
    url = new URL(headers.location, url)
  }
  throw refused(`${request.url.host} redirects more than ${redirectsMax} times`)
}

function send({ url, from, signal, rules, idleMsMax }: WebRequest): Promise<IncomingMessage> {
  const headers = { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) }
  const options = { headers, signal, lookup: publicLookup(rules), agent: false, timeout: idleMsMax } as const
  return new Promise((resolve, reject) => {
    const sent = (url.protocol === 'https:' ? secureRequest : plainRequest)(url, options, resolve)
    sent.once('timeout', () => sent.destroy(silent(url, idleMsMax)))
    sent.once('error', (error) => reject(failure(url, error)))
    sent.end()
  })
}

function silent({ host }: URL, idleMsMax: number): CodedError {
  return new CodedError('service_unavailable', `${host} sent nothing for ${idleMsMax / 1_000} s`)
}

/** What broke, as a failure that another attempt may heal, unless it says otherwise itself. */
export function failure({ host }: URL, error: unknown): Error {
  if (error instanceof CodedError) return error
  if (error instanceof Error && error.name === 'AbortError') return error
  const reason = error instanceof Error ? error.message : String(error)
  return new CodedError('service_unavailable', `${host} cannot be read: ${reason}`, { cause: error })
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

function answered({ host }: URL, status: number): CodedError {
  const message = `${host} answered ${status}`
  const mayPass = status >= 500 || status === 408 || status === 425 || status === 429
  return mayPass ? new CodedError('service_unavailable', message) : refused(message)
}

export function refused(message: string): CodedError {
  return invalid([{ path: 'file_url', message }])
}
