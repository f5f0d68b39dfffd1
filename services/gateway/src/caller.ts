import type { Database, Scoped } from '@flexprice/database'
import type { FastifyRequest } from 'fastify'
import { callerScope } from './plugins/authenticate.ts'

/** The database as the request's caller sees it. */
export function callerDatabase(database: Pick<Database, 'scoped'>, request: FastifyRequest): Scoped {
  return database.scoped(callerScope(request))
}
