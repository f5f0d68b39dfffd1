import type { RateLimiter } from '@flexprice/cache'
import { contradicting, eventsBulkMax, isParsed, parseEvent, tooFarAhead } from '@flexprice/contracts/events'
import { ingestEventsBulk } from '@flexprice/contracts/operations'
import { newId } from '@flexprice/database/connection'
import type { AppendedEvents, NewEvent } from '@flexprice/database/events'
import { type FieldProblem, invalid } from '@flexprice/domain'
import type { FastifyRequest } from 'fastify'
import type { LongWork, Pieces } from '../long-work.ts'
import { expectAllowed } from '../plugins/authenticate.ts'
import { type Api, routeOf } from '../route.ts'
import { appendForCaller } from './append-for-caller.ts'
import type { EventIntake } from './event-intake.ts'
import { eventsAtMost } from './events-at-most.ts'
import { unknownFieldsOf } from './unknown-fields.ts'

/** A bad event does not stop the rest: those are durable at 202, and the answer names the bad ones by their positions. */
export function ingestEventsBulkRoute(
  api: Api,
  { intake, perKey, longWork }: { intake: EventIntake; perKey: RateLimiter; longWork: LongWork },
): void {
  api.route({
    ...routeOf(ingestEventsBulk),
    // `parseEvent` does it, event by event, by the same schema.
    validatorCompiler: () => () => true,
    // Before a byte of the body is read: a key that sends too much costs neither memory nor parsing.
    async onRequest(request) {
      // The request itself has counted as one.
      const more = eventsAtMost(request) - 1
      if (more > 0) await expectAllowed(perKey, request.limitedBy ?? '', more)
    },
    async handler(request, reply) {
      const sent = sentEvents(request)
      await correctCount(perKey, request, sent.length)
      const { events, positions, problems } = await longWork.run(parseAll(request, sent))
      const outcome = await appendForCaller(intake, request, events)
      const refused = refusedByStore(outcome)
      for (const [index, problem] of refused) problems.push(at(positions[index] ?? 0, problem))
      const rejected = sent.length - events.length + refused.size
      if (rejected === sent.length) throw invalid(problems.slice(0, problemsMax))
      return reply.code(202).send(answerOf(sent.length, rejected, outcome, problems))
    },
  })
}

/** What was counted too much, as events are longer than the shortest, is given back; what was counted too little counts now. */
async function correctCount(perKey: RateLimiter, request: FastifyRequest, sent: number): Promise<void> {
  const key = request.limitedBy ?? ''
  const more = sent - eventsAtMost(request)
  if (more > 0) await expectAllowed(perKey, key, more)
  if (more < 0) await perKey.giveBack(key, -more)
}

/** As many as other refusals name; a 202 names at least one of each event. */
const problemsMax = 100

function sentEvents(request: FastifyRequest): readonly unknown[] {
  const { body } = request
  const problems: FieldProblem[] = []
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ path: '', message: 'The body must be an object' }])
  }
  const unknown = Object.keys(body).filter((key) => key !== 'events')
  const handling = unknownFieldsOf(request)
  if (handling !== 'refuse') handling(unknown)
  else {
    const fields = unknown.slice(0, problemsMax)
    problems.push(...fields.map((path) => ({ path, message: 'is not a known field' })))
  }
  const events = 'events' in body ? body.events : undefined
  if (events === undefined) problems.push({ path: 'events', message: 'is required' })
  else if (!Array.isArray(events)) problems.push({ path: 'events', message: 'must be a list' })
  else if (events.length === 0 || events.length > eventsBulkMax) {
    problems.push({ path: 'events', message: `must have 1 to ${eventsBulkMax} events, not ${events.length}` })
  } else if (problems.length === 0) return events
  throw invalid(problems)
}

interface ParsedEvents {
  readonly events: NewEvent[]
  /** Where in the request each of the events was. */
  readonly positions: number[]
  readonly problems: FieldProblem[]
}

function* parseAll(request: FastifyRequest, sent: readonly unknown[]): Pieces<ParsedEvents> {
  const parsed: ParsedEvents = { events: [], positions: [], problems: [] }
  let began = performance.now()
  for (const [position, one] of sent.entries()) {
    if (performance.now() - began > pieceMs) {
      yield
      began = performance.now()
    }
    const event = parseEvent(one, () => newId('event'), unknownFieldsOf(request, `events[${position}].`))
    if (isParsed(event)) {
      parsed.events.push(event)
      parsed.positions.push(position)
    } else parsed.problems.push(...event.slice(0, problemsOfEventMax).map((problem) => at(position, problem)))
  }
  return parsed
}

/** A thousand events of usual size take less. */
const pieceMs = 25
const problemsOfEventMax = 3

/** What only the store can tell, by the events' positions in what it was given. */
function refusedByStore(outcome: AppendedEvents): ReadonlyMap<number, FieldProblem> {
  return new Map([
    ...outcome.contradicting.map((index) => [index, contradicting] as const),
    ...outcome.tooFarAhead.map((index) => [index, tooFarAhead] as const),
  ])
}

function at(position: number, { path, message }: FieldProblem): FieldProblem {
  return { path: path === '' ? `events[${position}]` : `events[${position}].${path}`, message }
}

function answerOf(
  sent: number,
  rejected: number,
  { duplicates, conflicts }: AppendedEvents,
  problems: readonly FieldProblem[],
): Record<string, string> {
  // What is new: the others were there already, or came twice.
  const accepted = sent - rejected - duplicates.length
  const isWhole = accepted === sent
  return {
    message: isWhole ? 'Events accepted' : `${accepted} of ${sent} events accepted`,
    accepted: String(accepted),
    duplicates: String(duplicates.length),
    conflicts: String(conflicts.length),
    rejected: String(rejected),
    ...Object.fromEntries(problems.map(({ path, message }) => [path, message])),
  }
}
