import { createHash, randomUUID } from 'node:crypto'
import { invalid } from '@flexprice/domain'
import type { FastifyRequest } from 'fastify'

const keyLengthMax = 255

/**
 * The caller's idempotency key: printable ASCII. Undefined without one.
 *
 * @throws validation_error that names the header
 */
export function givenKey({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && key.length <= keyLengthMax && /^[\x20-\x7e]+$/.test(key)) return key
  throw invalid([
    { path: 'Idempotency-Key', message: `must be 1 to ${keyLengthMax} printable ASCII characters` },
  ])
}

/** Our own for a request without one, so that the work's own retries are safe, too. */
export function drawKey(): string {
  return randomUUID()
}

/** What a request says, whatever the order and spacing of its fields. */
export function requestHash(request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(request, sortedFields) ?? '')
    .digest('base64url')
}

function sortedFields(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
}
