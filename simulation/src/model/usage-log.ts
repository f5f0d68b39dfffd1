import type { SendEvents, UsageEvent } from '../lives/step.ts'

export interface CameEvent extends UsageEvent {
  isVoided: boolean
}

/** The events that came, each id once, in the order in which they came. */
export interface UsageLog {
  readonly events: readonly CameEvent[]
  receive(step: SendEvents): void
  /** What counts of a subscription's customer and a meter. */
  of(subscription: number, meter: number): readonly UsageEvent[]
}

/** Of an event, before now. */
const aheadMsMax = 86_400_000

export function createUsageLog(): UsageLog {
  const events: CameEvent[] = []
  const ids = new Set<string>()
  const byMeter = new Map<string, CameEvent[]>()
  return {
    events,
    receive({ at, events: sent }) {
      for (const event of sent) {
        if (ids.has(event.id) || event.time > at + aheadMsMax) continue
        ids.add(event.id)
        const came = { ...event, isVoided: false }
        events.push(came)
        const key = `${event.subscription} ${event.meter}`
        byMeter.set(key, [...(byMeter.get(key) ?? []), came])
      }
    },
    of: (subscription, meter) =>
      (byMeter.get(`${subscription} ${meter}`) ?? []).filter(({ isVoided }) => !isVoided),
  }
}
