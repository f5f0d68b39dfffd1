import { processCreditNote } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { finalizeCreditNote } from '@flexprice/database/credit-notes'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditNoteResponse } from './credit-note-response.ts'

export function processCreditNoteRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(processCreditNote),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('creditNote', id)
      const target = request.body?.refund_target
      const note = await finalizeCreditNote(scoped, { id, target, now: await readNow(scoped) })
      return reply.send(await creditNoteResponse(scoped, note))
    },
  })
}
