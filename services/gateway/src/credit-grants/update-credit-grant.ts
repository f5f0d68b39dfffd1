import { updateCreditGrant } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { updateCreditGrant as changeGrant } from '@flexprice/database/grants'
import { invalid } from '@flexprice/domain'
import { grantEndProblem } from '@flexprice/domain/wallet'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditGrantResponse } from './credit-grant-response.ts'

export function updateCreditGrantRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateCreditGrant),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('creditGrant', id)
      const { name, metadata, end_date } = request.body
      const now = await readNow(scoped)
      const changesFor = ({ start_date: start }: { start_date: Date | null }) => {
        const message = end_date && grantEndProblem(end_date, { start, now })
        if (message) throw invalid([{ path: 'end_date', message }])
        return { name, metadata, end_date }
      }
      return reply.send(creditGrantResponse(scoped.scope, await changeGrant(scoped, id, changesFor, now)))
    },
  })
}
