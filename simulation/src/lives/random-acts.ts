import { anyChain, anySubscription, around, dayMs, type LifeSoFar, metersMax } from './life-so-far.ts'
import { randomMoney, randomPrice, randomQuantity } from './random-price.ts'
import type { SubscriptionTerms, UsageEvent } from './step.ts'

const zones = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
] as const
const chainsMax = 12
const subscribeChance = 0.1

export function doSomething(life: LifeSoFar): void {
  const { random, subscribed, customers } = life
  const isNew = subscribed < customers && random.chance(subscribeChance)
  if (isNew) subscribe(life)
  else random.pick(acts)(life)
}

type Act = (life: LifeSoFar) => void

const changeQuantity: Act = (life) =>
  void life.steps.push({ kind: 'change-quantity', ...anyLine(life), quantity: randomQuantity(life.random) })

const syncPrices: Act = ({ steps, at }) => void steps.push({ kind: 'sync-prices', at })

const acts: readonly [Act, ...Act[]] = [
  sendEvents,
  ...Array.from({ length: 7 }, () => sendEvents),
  ...[syncPrices, syncPrices, editPrice, changeQuantity, changeQuantity, endOrWait],
  (life) => void life.steps.push({ kind: 'end-line', ...anyLine(life) }),
  (life) =>
    void life.steps.push({ kind: 'add-line', ...anyLine(life), quantity: randomQuantity(life.random) }),
  overrideOrAddPrice,
  voidEvent,
]

export function allowUsage({ steps, random, at }: LifeSoFar, meter: number): void {
  // Free for all time is of running sums here: what it means of other values the model does not say.
  const isSum = meter % metersMax < 2 || meter % metersMax === 6
  const isForever = isSum && random.chance(0.3)
  const reset = isForever ? 'NEVER' : 'BILLING_PERIOD'
  steps.push({ kind: 'allow-usage', at, meter, limit: random.below(30), reset })
}

export function addPrice(life: LifeSoFar): void {
  const { random, steps, at, meters, period, count, start: lifeStart } = life
  const free = [...Array(metersMax).keys()].filter((meter) => !meters.includes(meter))
  const meter = random.chance(0.6) ? (free[random.below(free.length)] ?? null) : null
  const chain = life.chains++
  if (meter !== null) meters.push(meter)
  const isOther = life.hasPlans && random.chance(0.4)
  if (isOther) life.ofOtherPlan.add(chain)
  const plan = isOther ? 1 : 0
  const price = randomPrice(random, { period, count, meter, plan })
  const start = random.chance(0.8) ? lifeStart - 400 * dayMs : around(life, 20, 60)
  steps.push({ kind: 'add-price', at, chain, ...(isOther && { plan }), price, start })
}

function subscribe(life: LifeSoFar): void {
  const { random, steps, at, period, count } = life
  const start = random.chance(0.6) ? at : around(life, 70, 40)
  const terms: SubscriptionTerms = {
    ...{ period, count, zone: random.pick(zones), start },
    cycle: random.pick(['anniversary', 'calendar'] as const),
    anchor: random.chance(0.2) ? around(life, 60, 60) : null,
    end: random.chance(0.25) ? start + (1 + random.below(700)) * dayMs + random.below(dayMs) : null,
    trialDays: random.chance(0.2) ? 1 + random.below(45) : 0,
    isProrated: random.chance(0.5),
  }
  steps.push({ kind: 'subscribe', at, subscription: life.subscribed++, terms })
}

function sendEvents(life: LifeSoFar): void {
  const { random, steps, at } = life
  const events = Array.from({ length: 1 + random.below(4) }, () => anyEvent(life))
  steps.push({ kind: 'send-events', at, events })
}

/** Mostly of the last days; sometimes late, ahead of its time, at midnight, or one that came before. */
function anyEvent(life: LifeSoFar): UsageEvent {
  const { random, sent, meters, at } = life
  const again = sent[random.below(sent.length)]
  if (again && random.chance(0.05)) return again
  const ago = random.below(random.chance(0.2) ? 60 * dayMs : 2 * dayMs)
  const time = random.chance(0.03) ? at + random.below(dayMs) : at - ago
  const event = {
    ...{ id: `event-${sent.length}`, subscription: anySubscription(life) },
    meter: meters[random.below(meters.length)] ?? 0,
    ...{ time: random.chance(0.1) ? Math.floor(time / dayMs) * dayMs : time },
    value: randomQuantity(random),
  }
  sent.push(event)
  return event
}

function voidEvent(life: LifeSoFar): void {
  const { random, steps, at, sent } = life
  const event = sent[sent.length - 1 - random.below(20)]
  if (event && random.chance(0.5)) steps.push({ kind: 'void-event', at, id: event.id })
  else sendEvents(life)
}

function editPrice(life: LifeSoFar): void {
  const { random, steps, at } = life
  const chain = anyChain(life)
  const isWaiting = random.chance(0.3)
  const from = isWaiting || random.chance(0.5) ? at : around(life, 40, 40)
  steps.push({ kind: 'edit-price', at, chain, money: moneyOf(life, chain), from, isWaiting })
}

function endOrWait(life: LifeSoFar): void {
  const { random, steps, at } = life
  if (random.chance(0.1)) {
    const end = random.chance(0.5) ? at : around(life, 0, 90)
    steps.push({ kind: 'end-price', at, chain: anyChain(life), end })
  } else steps.push({ kind: 'wait', at, leap: random.chance(0.5) })
}

function overrideOrAddPrice(life: LifeSoFar): void {
  const { random, steps, chains } = life
  if (random.chance(0.3)) {
    const line = anyLine(life)
    steps.push({ kind: 'override-price', ...line, money: moneyOf(life, line.chain) })
  } else if (random.chance(0.2) && chains < chainsMax) addPrice(life)
  else changeQuantity(life)
}

function anyLine(life: LifeSoFar) {
  return { at: life.at, subscription: anySubscription(life), chain: anyChain(life) }
}

function moneyOf({ random, ofOtherPlan }: LifeSoFar, chain: number) {
  return randomMoney(random, ofOtherPlan.has(chain) ? 1 : 0)
}
