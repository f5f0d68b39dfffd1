import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError, isCodedError } from '@flexprice/domain'
import type { AddressRules } from './public-address.ts'
import { createWebBreakers, type WebBreakers } from './web-breakers.ts'
import { failure, refused, requestFile } from './web-request.ts'

/** Files that lie at an address of somebody else's. */
export interface WebFiles {
  file(address: string, reading: WebFileReading): WebFile
}

export interface WebFile {
  /** Its bytes from a position on. What breaks is taken up where it broke. @throws as `requestFile` does */
  open(from: number): Promise<Readable>
  /** As the first answer had it; undefined before. */
  seen(): SeenWebFile | undefined
}

export interface SeenWebFile {
  /** Its ETag, or else when it was changed last and how long it is: the same as long as the file is. */
  readonly version: string
  /** In bytes; null where the server does not say. */
  readonly size: number | null
}

export interface WebFileReading {
  /** An earlier attempt's: another version is refused. */
  readonly known: SeenWebFile | undefined
  /** Whose circuit is broken by failures: one caller's bad address is not another's. */
  readonly caller: string
  readonly signal: AbortSignal
}

export interface WebFileSettings extends AddressRules {
  readonly bytesMax: number
}

/** In a row, without a byte between them; the import's own stall limit is longer than all of them. */
const failuresMax = 3
const pauseMs = 500
const idleMsMaxDefault = 6_000

export function createWebFiles(settings: WebFileSettings, { idleMsMax = idleMsMaxDefault } = {}): WebFiles {
  const breakers = createWebBreakers()
  return {
    file(address, reading) {
      const file = { url: new URL(address), settings, reading, breakers, idleMsMax, seen: reading.known }
      return {
        open: async (from) => Readable.from(bytesOf(file, from), { objectMode: false }),
        seen: () => file.seen,
      }
    },
  }
}

interface OpenedFile {
  readonly url: URL
  readonly settings: WebFileSettings
  readonly reading: WebFileReading
  readonly breakers: WebBreakers
  readonly idleMsMax: number
  seen: SeenWebFile | undefined
}

async function* bytesOf(file: OpenedFile, from: number): AsyncGenerator<Buffer> {
  let at = from
  for (let failures = 0; ; ) {
    try {
      for await (const bytes of bytesOnce(file, at)) {
        at += bytes.length
        failures = 0
        if (at > file.settings.bytesMax) throw tooLong(file)
        yield bytes
      }
      return
    } catch (error) {
      const told = failure(file.url, error)
      if (!isCodedError(told) || told.code !== 'service_unavailable') throw told
      failures++
      if (file.breakers.isOpen(file.url, file.reading.caller)) throw told
      if (failures >= failuresMax) throw refused(`${told.message}, ${failures} times in a row`)
      await sleep(pauseMs * failures, undefined, { signal: file.reading.signal })
    }
  }
}

/** One answer's bytes. An answer from the beginning, of a server that knows no ranges, is read up to the position. */
async function* bytesOnce(file: OpenedFile, at: number): AsyncGenerator<Buffer> {
  const { url, settings, reading, idleMsMax } = file
  if (at > 0 && at === file.seen?.size) return
  const response = await file.breakers.execute(url, reading.caller, () =>
    requestFile({ url, from: at, signal: reading.signal, rules: settings, idleMsMax }),
  )
  try {
    const begins = beginsAt(response, at)
    const seen = seenOf(response, begins)
    if (seen.size !== null && seen.size > settings.bytesMax) throw tooLong(file)
    expectSame(file, seen)
    file.seen ??= seen
    let passedOver = at - begins
    for await (const chunk of response) {
      const bytes: Buffer = chunk
      const rest = bytes.subarray(Math.min(passedOver, bytes.length))
      passedOver -= bytes.length - rest.length
      if (rest.length > 0) yield rest
    }
    if (!response.complete) throw new CodedError('service_unavailable', `${url.host} broke off`)
  } finally {
    response.destroy()
  }
}

/** @throws validation_error where it is not what was asked for */
function beginsAt({ statusCode, headers }: IncomingMessage, at: number): number {
  if (statusCode === 200) return 0
  const begins = Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1])
  if (begins !== at) throw refused('the answer has other bytes than were asked for')
  return begins
}

function seenOf({ headers }: IncomingMessage, begins: number): SeenWebFile {
  const length = headers['content-length']
  const whole = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
  const size = whole ?? (length === undefined ? undefined : begins + Number(length))
  const { etag, 'last-modified': changed = '' } = headers
  return { version: etag ?? `${changed} ${size ?? ''}`, size: size === undefined ? null : Number(size) }
}

function expectSame({ seen: known }: OpenedFile, { version }: SeenWebFile): void {
  if (known !== undefined && known.version !== version) {
    throw refused('the file has changed since the import began')
  }
}

function tooLong({ settings }: OpenedFile): CodedError {
  return refused(`has more than the ${settings.bytesMax} bytes that are taken`)
}
