import { contradicting, isParsed, parseEvent, tooFarAhead } from '@flexprice/contracts/events'
import { ingestEvent } from '@flexprice/contracts/operations'
import { newId } from '@flexprice/database/connection'
import { invalid } from '@flexprice/domain'
import { type Api, routeOf } from '../route.ts'
import { appendForCaller } from './append-for-caller.ts'
import type { EventIntake } from './event-intake.ts'
import { unknownFieldsOf } from './unknown-fields.ts'

/** Room for properties that are too large to be told so by their name. */
const bodyBytesMax = 2 * 1024 * 1024

export function ingestEventRoute(api: Api, intake: EventIntake): void {
  api.route({
    ...routeOf(ingestEvent),
    bodyLimit: bodyBytesMax,
    // `parseEvent` does it, by the same schema.
    validatorCompiler: () => () => true,
    async handler(request, reply) {
      const event = parseEvent(request.body, () => newId('event'), unknownFieldsOf(request))
      if (!isParsed(event)) throw invalid(event)
      const outcome = await appendForCaller(intake, request, [event])
      if (outcome.tooFarAhead.length > 0) throw invalid([tooFarAhead])
      if (outcome.contradicting.length > 0) throw invalid([contradicting])
      const isDuplicate = outcome.duplicates.length > 0
      const isConflict = outcome.conflicts.length > 0
      return reply.code(202).send({
        message: isConflict ? messages.conflict : isDuplicate ? messages.duplicate : messages.accepted,
        event_id: event.eventId,
        ...(isDuplicate && { duplicate: 'true' }),
        ...(isConflict && { conflict: 'true' }),
      })
    },
  })
}

const messages = {
  accepted: 'Event accepted',
  duplicate: 'The event was there already',
  conflict: 'The event was there already, with another content: that one counts',
}
