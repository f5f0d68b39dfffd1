import { createHash } from 'node:crypto'
import { invalid } from '@flexprice/domain'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { stringify } from 'safe-stable-stringify'
import { callerScope } from './authenticate.ts'

/**
 * The one place where cursors are read and written: a handler sees the key of the last row, a caller the key with a
 * hash of the list that it belongs to. So what no answer said is refused, and a cursor of another list, with other
 * filters or in another order, which would skip rows in silence. How many rows a page has may change on the way.
 *
 * @throws validation_error that names `cursor`
 */
export function readPageCursors(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const part = [request.body, request.query].find(hasCursor)
    if (part === undefined) return done()
    const key = keyIn(part.cursor)
    if (cursorAfter(request, key) !== part.cursor) {
      const message = 'is no cursor that an answer gave for this list with these filters'
      return done(invalid([{ path: 'cursor', message }]))
    }
    part.cursor = key
    done()
  })
}

/** The cursor of the page behind the row with that key, in the list that the request asks for. */
export function cursorAfter(request: FastifyRequest, key: string): string {
  return hashOfList(request, key) + Buffer.from(key).toString('base64url')
}

/** In characters of base64url, whole bytes. */
const hashLength = 16

/** What changes no row's place in the list. */
const beside = ['cursor', 'limit', 'offset', 'expand']

function hashOfList(request: FastifyRequest, key: string): string {
  const { params, query, body, routeOptions } = request
  const asked = stringify([
    ...[callerScope(request).environmentId, routeOptions.config.operation?.operationId, key],
    ...[params, filtersOf(query), filtersOf(body)],
  ])
  return createHash('sha256').update(asked).digest('base64url').slice(0, hashLength)
}

function filtersOf(part: unknown): object {
  return Object.fromEntries(Object.entries(part ?? {}).filter(([field]) => !beside.includes(field)))
}

function keyIn(cursor: string): string {
  return Buffer.from(cursor.slice(hashLength), 'base64url').toString()
}

function hasCursor(part: unknown): part is { cursor: string } {
  return typeof part === 'object' && part !== null && 'cursor' in part && typeof part.cursor === 'string'
}
