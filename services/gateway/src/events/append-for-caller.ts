import { type AppendedEvents, type NewEvent, postgresEventStore } from '@flexprice/database/events'
import type { FastifyRequest } from 'fastify'
import { callerScope } from '../plugins/authenticate.ts'
import type { EventIntake } from './event-intake.ts'

/**
 * Writes what a request brought: with others' at the same time, or, under an `Idempotency-Key`, in the transaction
 * that its answer is stored in.
 */
export function appendForCaller(
  intake: EventIntake,
  request: FastifyRequest,
  events: readonly NewEvent[],
): Promise<AppendedEvents> {
  const own = request.idempotentWork?.scoped
  if (own !== undefined) return postgresEventStore.append(own, events)
  return intake.add(callerScope(request), events)
}
