import type { Database } from '@flexprice/database/connection'
import type { AppendedEvents, EventStore, NewEvent } from '@flexprice/database/events'
import { errorKind, isCodedError, type Scope } from '@flexprice/domain'

/**
 * Takes events of many requests in, and writes those that come at the same time in one statement. It refuses nothing:
 * how much may wait was decided before the bodies were read (`limitBodies`, `shedLoad`; decision 49).
 */
export interface EventIntake {
  /**
   * Resolves once the events are durable, with what became of them by their positions.
   *
   * @throws service_unavailable when the database is away
   */
  add(scope: Scope, events: readonly NewEvent[]): Promise<AppendedEvents>
}

export interface IntakeLimits {
  /** How long the first event of a batch waits for others. */
  readonly gatherMs: number
  readonly batchEventsMax: number
  /** Statements under way in all: an environment that is slow leaves room for the others. */
  readonly inFlightMax: number
  /** Of one environment: few, so that batches grow; more only when whole batches wait. */
  readonly inFlightPerEnvironmentMax: number
  readonly fullBatchesInFlightMax: number
}

export const intakeLimits: IntakeLimits = {
  gatherMs: 2,
  batchEventsMax: 1_000,
  inFlightMax: 8,
  inFlightPerEnvironmentMax: 2,
  fullBatchesInFlightMax: 4,
}

interface Waiting {
  readonly events: readonly NewEvent[]
  readonly resolve: (outcome: AppendedEvents) => void
  readonly reject: (error: unknown) => void
}

interface Lane {
  readonly scope: Scope
  readonly waiting: Waiting[]
  waitingEvents: number
  inFlight: number
  timer: NodeJS.Timeout | undefined
  /** Its time of gathering is over, and something waits. */
  due: boolean
  /** Most of what was written last was there already: what is sent again comes in runs. */
  repeats: boolean
}

/**
 * One lane an environment, served by turns: batches never cross environments, so that row security holds and
 * nobody waits for another's locks.
 */
export function createEventIntake(
  {
    database,
    store,
  }: { readonly database: Pick<Database, 'scoped'>; readonly store: Pick<EventStore, 'append'> },
  limits: IntakeLimits = intakeLimits,
): EventIntake {
  const lanes = new Map<string, Lane>()
  let inFlight = 0

  function dispatch(): void {
    // A lane that was served goes to the end, so that each comes in its turn.
    for (const [key, lane] of [...lanes]) {
      if (inFlight >= limits.inFlightMax) return
      if (!mayWrite(lane, limits)) continue
      lanes.delete(key)
      lanes.set(key, lane)
      void write(key, lane, takeBatch(lane, limits.batchEventsMax))
    }
  }

  async function write(key: string, lane: Lane, batch: readonly Waiting[]): Promise<void> {
    inFlight++
    lane.inFlight++
    await settle(batch, async (events) => {
      const outcome = await store.append(database.scoped(lane.scope), events, { areKnown: lane.repeats })
      lane.repeats = outcome.duplicates.length > events.length / 2
      return outcome
    })
    inFlight--
    lane.inFlight--
    if (lane.waiting.length === 0 && lane.inFlight === 0 && lane.timer === undefined) lanes.delete(key)
    dispatch()
  }

  return {
    add(scope, events) {
      const key = `${scope.tenantId} ${scope.environmentId}`
      const lane = lanes.get(key) ?? newLane(scope)
      lanes.set(key, lane)
      lane.waitingEvents += events.length
      const outcome = new Promise<AppendedEvents>((resolve, reject) => {
        lane.waiting.push({ events, resolve, reject })
      })
      const gathered = () => {
        clearTimeout(lane.timer)
        lane.timer = undefined
        lane.due = lane.waiting.length > 0
        dispatch()
      }
      if (lane.waitingEvents >= limits.batchEventsMax) gathered()
      else lane.timer ??= setTimeout(gathered, limits.gatherMs)
      return outcome
    },
  }
}

function newLane(scope: Scope): Lane {
  return { scope, waiting: [], waitingEvents: 0, inFlight: 0, timer: undefined, due: false, repeats: false }
}

function mayWrite(lane: Lane, limits: IntakeLimits): boolean {
  const isFull = lane.waitingEvents >= limits.batchEventsMax
  return (
    lane.due && lane.inFlight < (isFull ? limits.fullBatchesInFlightMax : limits.inFlightPerEnvironmentMax)
  )
}

/** Whole requests, as many as fit, and one at least. */
function takeBatch(lane: Lane, eventsMax: number): Waiting[] {
  let count = 0
  let events = 0
  for (const { events: some } of lane.waiting) {
    if (count > 0 && events + some.length > eventsMax) break
    count++
    events += some.length
  }
  lane.waitingEvents -= events
  lane.due = lane.waiting.length > count
  return lane.waiting.splice(0, count)
}

type Append = (events: readonly NewEvent[]) => Promise<AppendedEvents>

/** Answers each request of the batch. One that PostgreSQL refuses must not fail those it came with. */
async function settle(batch: readonly Waiting[], append: Append): Promise<void> {
  try {
    const outcome = await append(batch.flatMap(({ events }) => events))
    let start = 0
    for (const { events, resolve } of batch) {
      resolve(partOf(outcome, start, start + events.length))
      start += events.length
    }
  } catch (error) {
    if (batch.length > 1 && !passes(error)) {
      for (const one of batch) await settle([one], append)
    } else {
      for (const { reject } of batch) reject(error)
    }
  }
}

function passes(error: unknown): boolean {
  return isCodedError(error) && errorKind(error.code) === 'unavailable'
}

function partOf(outcome: AppendedEvents, start: number, end: number): AppendedEvents {
  const within = (positions: readonly number[]) =>
    positions.filter((position) => position >= start && position < end).map((position) => position - start)
  return {
    duplicates: within(outcome.duplicates),
    conflicts: within(outcome.conflicts),
    tooFarAhead: within(outcome.tooFarAhead),
    contradicting: within(outcome.contradicting),
  }
}
