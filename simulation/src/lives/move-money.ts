import { anySubscription, around, dayMs, type LifeSoFar } from './life-so-far.ts'
import type { GrantExpiry, GrantTerms, InvoiceRef, PriceTypes } from './money-step.ts'

const rates = ['1', '1', '0.5', '0.333', '2.5', '7'] as const
const types: readonly [PriceTypes, ...PriceTypes[]] = ['ALL', 'ALL', 'USAGE', 'FIXED']
const credits = ['1', '10', '0.00000001', '33.33333333', '2', '100', '0.7', '7.5'] as const
const amounts = ['0.01', '1', '5.5', '20', '100'] as const
const walletsMax = 3
const backMax = 3
const purchasesMax = 5

/** Money comes, goes, or is given back: to and from a customer who mostly has something to do with it already. */
export function moveMoney(life: LifeSoFar): void {
  life.random.pick(acts)(life)
}

type Act = (life: LifeSoFar) => void

const acts: readonly [Act, ...Act[]] = [
  makeWallet,
  ...[topUp, topUp, pay, pay, pay, takeBack, takeBack, takeBack, buyCredits, topUpByItself],
  (life) => grantTo(life, anySubscription(life)),
  ({ random, steps, at, payments }) => {
    if (payments > 0) steps.push({ kind: 'void-payment', at, payment: payments - 1 - random.below(3) })
  },
  ({ random, steps, at, notes }) => {
    if (notes > 0) steps.push({ kind: 'void-note', at, note: notes - 1 - random.below(3) })
  },
  ({ random, steps, at, notes }) => {
    if (notes > 0) steps.push({ kind: 'close-note', at, note: notes - 1 - random.below(4) })
  },
  (life) => {
    const { random, steps, at } = life
    if (!random.chance(0.3)) return
    steps.push({ kind: 'end-wallet', at, ...anyWallet(life) })
  },
]

export function grantTo(life: LifeSoFar, subscription: number | null): void {
  const { random, steps, at, period, count, start } = life
  const every = random.pick([
    null,
    { period, count },
    { period: 'MONTHLY', count: 1 },
    { period: 'WEEKLY', count: 3 },
  ] as const)
  const grant: GrantTerms = {
    ...{ credits: random.pick(credits), every, isProrated: random.chance(0.5), rate: random.pick(rates) },
    start: subscription === null || random.chance(0.7) ? null : Math.max(start, around(life, 60, 60)),
    end: random.chance(0.2) ? at + (61 + random.below(400)) * dayMs : null,
    ...{ expiry: random.pick(expiries), priority: anyPriority(life) },
  }
  steps.push({ kind: 'grant-credits', at, subscription, grant })
}

const expiries: readonly [GrantExpiry, ...GrantExpiry[]] = [
  ...(['NEVER', 'BILLING_CYCLE', 'BILLING_CYCLE'] as const),
  ...([
    { unit: 'DAY', count: 45 },
    { unit: 'WEEK', count: 2 },
    { unit: 'MONTH', count: 1 },
    { unit: 'YEAR', count: 1 },
  ] as const),
]

function makeWallet(life: LifeSoFar): void {
  const { random, steps, at } = life
  const subscription = anySubscription(life)
  steps.push({ kind: 'make-wallet', at, subscription, rate: random.pick(rates), types: random.pick(types) })
}

/** A first wallet, with something in it. */
export function fillWallet(life: LifeSoFar, subscription: number): void {
  const { random, steps, at } = life
  const of = { subscription, rate: random.pick(rates), types: random.pick(types) }
  steps.push({ kind: 'make-wallet', at, ...of })
  const terms = { bonus: null, isPurchased: true, priority: null, effective: null, expires: null }
  steps.push({ kind: 'top-up', at, subscription, wallet: 0, credits: random.pick(credits), ...terms })
}

/** Sometimes to pay with at once. */
function topUp(life: LifeSoFar): void {
  const { random, steps, at } = life
  const { effective, expires } = anyTime(life)
  const of = anyWallet(life)
  const isPurchased = random.chance(0.5)
  // A bonus comes with a purchase alone.
  const bonus = isPurchased && random.chance(0.4) ? random.pick(credits) : null
  steps.push({
    ...{ kind: 'top-up', at, ...of, credits: random.pick(credits) },
    ...{ bonus, isPurchased, priority: anyPriority(life), effective, expires },
  })
  if (!random.chance(0.5)) return
  const { subscription } = of
  const invoice = { back: random.below(backMax) }
  const amount = random.pick([null, '0.01', '1', '5.5'] as const)
  steps.push({
    ...{ kind: 'pay', at, payment: life.payments++, subscription, invoice, amount },
    isOfCredits: true,
  })
}

/** When credits can be spent: mostly from now on, half of them for ever. */
function anyTime({ random, at }: LifeSoFar) {
  const effective = random.chance(0.2) ? at + random.below(40) * dayMs : null
  const expires = random.chance(0.5) ? (effective ?? at) + (1 + random.below(90)) * dayMs : null
  return { effective, expires }
}

/** Mostly paid: by its customer, all of it or a part, at once or later. */
function buyCredits(life: LifeSoFar): void {
  const { random, steps, at } = life
  const of = anyWallet(life)
  const purchase = random.below(purchasesMax)
  if (random.chance(0.5)) {
    const bonus = random.chance(0.4) ? random.pick(credits) : null
    const terms = { credits: random.pick(credits), bonus, priority: anyPriority(life) }
    steps.push({ kind: 'buy-credits', at, ...of, ...terms, ...anyTime(life) })
  }
  const { subscription } = of
  if (random.chance(0.2)) steps.push({ kind: 'void-purchase', at, subscription, purchase })
  else {
    const amount = random.chance(0.7) ? null : random.pick(amounts)
    const pay = { payment: life.payments++, subscription, invoice: { purchase }, amount }
    steps.push({ kind: 'pay', at, ...pay, isOfCredits: random.chance(0.1) })
  }
}

function topUpByItself(life: LifeSoFar): void {
  const { random, steps, at } = life
  const terms = {
    ...{ threshold: random.pick(['1', '5', '20', '100'] as const), credits: random.pick(credits) },
    ...{ isInvoiced: random.chance(0.5), cooldownHours: random.pick([null, null, 1, 30, 500] as const) },
  }
  steps.push({
    ...{ kind: 'top-up-by-itself', at, ...anyWallet(life) },
    terms: random.chance(0.8) ? terms : null,
  })
}

function pay(life: LifeSoFar): void {
  const { random, steps, at } = life
  const amount = random.chance(0.4) ? null : random.pick(amounts)
  const of = { payment: life.payments++, ...anyInvoice(life) }
  steps.push({ kind: 'pay', at, ...of, amount, isOfCredits: random.chance(0.4) })
}

function takeBack(life: LifeSoFar): void {
  const { random, steps, at } = life
  const amount = random.chance(0.4) ? null : random.pick(amounts)
  const isDraft = random.chance(0.25)
  const isOfPurchase = random.chance(0.15)
  const invoice = isOfPurchase
    ? { subscription: anySubscription(life), invoice: { purchase: random.below(purchasesMax) } }
    : anyInvoice(life)
  const line = isOfPurchase ? 0 : random.below(4)
  const of = { note: life.notes++, ...invoice, line, toSource: random.chance(0.4) }
  steps.push({ kind: 'take-back', at, ...of, amount, isDraft })
}

function anyInvoice(life: LifeSoFar): { subscription: number; invoice: InvoiceRef } {
  const { random, oneOffs } = life
  const isOnce = oneOffs > 0 && random.chance(0.2)
  const invoice = isOnce ? { oneOff: random.below(oneOffs) } : { back: random.below(backMax) }
  return { subscription: anySubscription(life), invoice }
}

/** Mostly the first one. */
function anyWallet(life: LifeSoFar): { subscription: number; wallet: number } {
  const { random } = life
  const wallet = random.chance(0.6) ? 0 : random.below(walletsMax)
  return { subscription: anySubscription(life), wallet }
}

function anyPriority({ random }: LifeSoFar): number | null {
  return random.chance(0.3) ? random.below(3) : null
}
