import { getCreditNote } from '@flexprice/contracts/operations'
import { getCreditNote as findCreditNote } from '@flexprice/database/credit-notes'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditNoteResponse } from './credit-note-response.ts'

export function getCreditNoteRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCreditNote),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('creditNote', id)
      return reply.send(await creditNoteResponse(scoped, await findCreditNote(scoped, id)))
    },
  })
}
