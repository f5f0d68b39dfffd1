import { createRandom, type Random } from './random.ts'
import { randomMoney, randomPrice, randomQuantity } from './random-price.ts'
import type { Period, Step, SubscriptionTerms, UsageEvent } from './step.ts'

export interface LifeSize {
  readonly start: number
  readonly years: number
  readonly customers: number
  readonly steps: number
}

/** A life that a seed decides: prices first, then whatever may happen, in order of time. */
export function randomLife(seed: number, size: LifeSize): Step[] {
  const random = createRandom(seed)
  const life = newLife(random, size)
  const chains = 2 + random.below(5)
  for (let chain = 0; chain < chains; chain++) life.addPrice()
  for (let meter = 0; meter < metersMax; meter++) if (random.chance(0.3)) life.allow(meter)
  for (let step = life.steps.length; step < size.steps; step++) {
    life.passTime()
    life.doSomething()
  }
  life.wait()
  return life.steps
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const metersMax = 8
const zones = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
] as const
const counts: Record<Period, readonly [number, ...number[]]> = {
  DAILY: [7, 10, 30],
  WEEKLY: [1, 2, 5],
  MONTHLY: [1, 1, 1, 2],
  QUARTERLY: [1],
  HALF_YEARLY: [1],
  ANNUAL: [1],
}

function newLife(random: Random, { start, years, customers, steps: stepsMax }: LifeSize) {
  const steps: Step[] = []
  const sent: UsageEvent[] = []
  const period = random.pick([
    'MONTHLY',
    'MONTHLY',
    'MONTHLY',
    'WEEKLY',
    'QUARTERLY',
    'DAILY',
    'ANNUAL',
  ] as const)
  const count = random.pick(counts[period])
  const stepMs = (years * 365.25 * dayMs) / stepsMax
  let at = start
  let chains = 0
  let subscribed = 0
  const meters: number[] = []
  const anyChain = () => random.below(Math.max(1, chains))
  const anySubscription = () => random.below(Math.max(1, subscribed))
  const around = (back: number, ahead: number) =>
    at + Math.floor((random.below(back + ahead + 1) - back) * dayMs)

  const life = {
    steps,
    passTime(): void {
      at += 1 + Math.floor((random.below(2_000) / 1_000) * stepMs)
      if (random.chance(0.3)) at = Math.ceil(at / hourMs) * hourMs
      if (random.chance(0.1)) at = Math.ceil(at / dayMs) * dayMs
    },
    wait: () => void steps.push({ kind: 'wait', at: at + 70 * dayMs, leap: false }),
    allow(meter: number): void {
      const reset = random.pick(['BILLING_PERIOD', 'BILLING_PERIOD', 'NEVER'] as const)
      // Free for all time is of running sums here: what it means of other values the model does not say.
      const isSum = meter % metersMax < 2 || meter % metersMax === 6
      steps.push({
        kind: 'allow-usage',
        at,
        meter,
        limit: random.below(30),
        reset: isSum ? reset : 'BILLING_PERIOD',
      })
    },
    addPrice(): void {
      const meter = meters.length < metersMax && random.chance(0.6) ? freeMeter() : null
      const price = randomPrice(random, { period, count, meter })
      steps.push({
        kind: 'add-price',
        at,
        chain: chains++,
        price,
        start: random.chance(0.8) ? start - 400 * dayMs : around(20, 60),
      })
    },
    doSomething(): void {
      if (subscribed < customers && random.chance(0.1)) return subscribe()
      random.pick(acts)()
    },
  }

  function freeMeter(): number {
    const meter = [...Array(metersMax).keys()].filter((one) => !meters.includes(one))
    const picked = meter[random.below(meter.length)] ?? 0
    meters.push(picked)
    return picked
  }

  function subscribe(): void {
    const from = random.chance(0.6) ? at : around(70, 40)
    const terms: SubscriptionTerms = {
      ...{
        period,
        count,
        zone: random.pick(zones),
        cycle: random.pick(['anniversary', 'calendar'] as const),
      },
      anchor: random.chance(0.2) ? around(60, 60) : null,
      start: from,
      end: random.chance(0.25) ? from + (1 + random.below(700)) * dayMs + random.below(dayMs) : null,
      trialDays: random.chance(0.2) ? 1 + random.below(45) : 0,
      isProrated: random.chance(0.5),
    }
    steps.push({ kind: 'subscribe', at, subscription: subscribed++, terms })
  }

  function send(): void {
    const events = Array.from({ length: 1 + random.below(4) }, () => {
      const again = sent[random.below(sent.length)]
      if (again && random.chance(0.05)) return again
      const late = random.chance(0.2) ? random.below(60 * dayMs) : random.below(2 * dayMs)
      const time = random.chance(0.03) ? at + random.below(dayMs) : at - late
      const event = {
        ...{ id: `event-${sent.length}`, subscription: anySubscription() },
        meter: meters[random.below(meters.length)] ?? 0,
        ...{ time: random.chance(0.1) ? Math.floor(time / dayMs) * dayMs : time },
        value: randomQuantity(random),
      }
      sent.push(event)
      return event
    })
    steps.push({ kind: 'send-events', at, events })
  }

  const line = () => ({ at, subscription: anySubscription(), chain: anyChain() })
  const acts: readonly [() => void, ...(() => void)[]] = [
    send,
    ...[send, send, send, send, send, send, send],
    () => void steps.push({ kind: 'sync-prices', at }),
    () => void steps.push({ kind: 'sync-prices', at }),
    () =>
      void steps.push({
        kind: 'edit-price',
        at,
        chain: anyChain(),
        money: randomMoney(random),
        from: random.chance(0.5) ? at : around(40, 40),
      }),
    () => {
      if (random.chance(0.1))
        steps.push({
          kind: 'end-price',
          at,
          chain: anyChain(),
          end: random.chance(0.5) ? at : around(20, 90),
        })
      else steps.push({ kind: 'change-quantity', ...line(), quantity: randomQuantity(random) })
    },
    () => void steps.push({ kind: 'change-quantity', ...line(), quantity: randomQuantity(random) }),
    () => void steps.push({ kind: 'end-line', ...line() }),
    () => void steps.push({ kind: 'add-line', ...line(), quantity: randomQuantity(random) }),
    () => {
      if (random.chance(0.3)) steps.push({ kind: 'override-price', ...line(), money: randomMoney(random) })
      else if (random.chance(0.2) && chains < 12) life.addPrice()
      else steps.push({ kind: 'wait', at, leap: random.chance(0.5) })
    },
    () => {
      const event = sent[sent.length - 1 - random.below(20)]
      if (event && random.chance(0.5)) steps.push({ kind: 'void-event', at, id: event.id })
      else send()
    },
  ]
  return life
}
