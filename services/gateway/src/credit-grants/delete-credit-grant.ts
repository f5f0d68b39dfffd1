import { deleteCreditGrant } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { type CreditGrantRow, updateCreditGrant } from '@flexprice/database/grants'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteCreditGrantRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deleteCreditGrant),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('creditGrant', id)
      const now = await readNow(scoped)
      const at = request.body.effective_date ?? now
      if (at < now) {
        const message = `must not be before ${now.toISOString()}, which is now: what was given stays`
        throw invalid([{ path: 'effective_date', message }])
      }
      await updateCreditGrant(scoped, id, (before) => endAt(before, at, now), now)
      return reply.send({ message: endMessage(id, at, now) })
    },
  })
}

/** One that ends later is there until then; an end that comes before stays. */
function endAt({ end_date: end }: CreditGrantRow, at: Date, now: Date) {
  const end_date = end !== null && end < at ? end : at
  return { end_date, ...(at > now ? {} : { status: 'deleted' as const }) }
}

function endMessage(id: string, at: Date, now: Date): string {
  return at > now ? `Credit grant ${id} ends at ${at.toISOString()}` : `Credit grant ${id} is deleted`
}
