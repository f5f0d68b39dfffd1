import { voidEvent } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { voidEvent as writeVoid } from '@flexprice/database/events'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'

export function voidEventRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(voidEvent),
    async handler(request, reply) {
      await inTransaction(callerDatabase(database, request), async (transaction) => {
        await writeVoid(transaction, request.params.event_id, await readNow(transaction))
      })
      return reply.code(204).send()
    },
  })
}
