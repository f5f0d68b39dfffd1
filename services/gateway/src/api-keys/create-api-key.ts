import { createApiKey } from '@flexprice/contracts/operations'
import { readTimeOfDay } from '@flexprice/database/connection'
import { createApiKey as makeApiKey } from '@flexprice/database/tenancy'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { secretResponse } from './secret-response.ts'

export function createApiKeyRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createApiKey),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { name, expires_at: expiresAt } = request.body
      const now = await readTimeOfDay(scoped)
      if (expiresAt && expiresAt <= now) {
        throw invalid([{ path: 'expires_at', message: 'must lie in the future' }])
      }
      const { secret, row } = await makeApiKey(scoped, { name, ...(expiresAt ? { expiresAt } : {}) })
      return reply.code(201).send({ api_key: secret, secret: secretResponse(row, now) })
    },
  })
}
