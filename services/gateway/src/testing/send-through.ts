import type { Answer, Caller } from './caller-under-test.ts'
import type { RequestParts } from './door-requests.ts'
import type { Door } from './doors.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'

/** Sends the parts of a request as a client would: a path, a query, a body as JSON text. */
export async function sendThrough(
  { app }: Pick<GatewayUnderTest, 'app'>,
  { apiKey }: Pick<Caller, 'apiKey'>,
  { operation }: Pick<Door, 'operation'>,
  { params, querystring, body }: RequestParts,
): Promise<Answer> {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(Object(params)[name]).toWellFormed()),
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(Object(querystring))) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one))
  }
  const response = await app.inject({
    method: operation.method,
    url: `/v1${path}${query.size > 0 ? `?${query}` : ''}`,
    headers: { 'x-api-key': apiKey, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  const isJson = String(response.headers['content-type']).includes('json')
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson ? response.json() : response.body,
  }
}
