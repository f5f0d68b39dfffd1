import { voidCreditNote } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { voidCreditNote as voidOne } from '@flexprice/database/credit-notes'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditNoteResponse } from './credit-note-response.ts'

export function voidCreditNoteRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(voidCreditNote),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('creditNote', id)
      const note = await voidOne(scoped, id, await readNow(scoped))
      return reply.send(await creditNoteResponse(scoped, note))
    },
  })
}
