import type { MoneyStep } from '../lives/money-step.ts'
import type { Bill, OneOff } from './bill-money.ts'
import {
  type Books,
  type ClosedBill,
  type Closing,
  type CreditedLines,
  closeBill,
  creditLines,
  type Granted,
  voidBill,
} from './books.ts'
import { type Coming, comingOf, give, isInTurn } from './grants.ts'
import { actOnMoney } from './money-acts.ts'
import { decideTopUps, type Purchase, topUpDue } from './purchases.ts'
import type { Subscription } from './subscription.ts'
import { empty, type Wallet } from './wallets.ts'

/** Wallets, grants, payments and credit notes of all customers, who are named by their subscriptions. */
export interface MoneyModel {
  walletsOf(subscription: number): readonly Wallet[]
  /** How many grants have come to it, and how many were too little to come. */
  grantsTo(subscription: number): Granted
  /** The customer's, the oldest first. */
  purchasesOf(subscription: number): readonly Purchase[]
  /** A closed invoice's bill, paid by credits as far as they go. */
  close(subscription: number, of: ClosedBill, when: Closing): Bill
  /** Gives back what changes take back of lines, each at most so much; drafts that are owed less are `closing`. @returns how much of each */
  credit(subscription: Subscription, of: CreditedLines): bigint[]
  /** Gives credits back. @returns false where payments or notes stand in the way */
  voidBill(bill: Bill, now: number): boolean
  /** What the plan gives to a subscription that is made. */
  begin(subscription: Subscription): void
  /** The old plan's grants stop; recurring ones of the new plan, which plan 0 alone has, begin with the next period. */
  changePlan(subscription: Subscription): void
  /** What was to come as its trial ends comes at the other end that it has by now. */
  moveTrial(subscription: Subscription, from: number): void
  /** Does what the step says. @returns false where there is no place for it */
  apply(step: MoneyStep, of: Subscription | undefined, oneOffs: ReadonlyMap<number, OneOff>): boolean
  /** Gives what has fallen due and comes before the subscription's next period. @returns whether anything has */
  giveDue(subscription: Subscription, now: number): boolean
  /** Says which of the customer's wallets are to be topped up, as they are by now. */
  decideTopUps(subscription: number, now: number): void
  /**
   * Ends credits whose end has come, unless a period that they were there for waits for its invoice; then tops up the
   * wallets that are low.
   */
  expire(subscription: Subscription, now: number): void
  /** How many invoices credits have paid, payments were made, notes, and purchases of credits. */
  moved(): Readonly<Record<'paidByCredits' | 'payments' | 'notes' | 'purchases', number>>
  /** When credits come, or end. */
  dueInstants(subscription: Subscription): number[]
}

export function createMoneyModel(): MoneyModel {
  const books: Books = {
    ...{ wallets: new Map(), coming: new Map(), planGrants: [] },
    ...{ payments: new Map(), notes: new Map(), debits: new Map() },
    ...{ purchases: new Map(), drafts: new Map(), given: new Map() },
  }
  const { wallets, coming, planGrants, purchases, given } = books
  const walletsOf = (subscription: number) => wallets.get(subscription) ?? []
  return {
    walletsOf,
    grantsTo: (subscription) => given.get(subscription) ?? { applied: 0, skipped: 0 },
    purchasesOf: (subscription) => purchases.get(subscription) ?? [],
    close: (subscription, of, when) => closeBill(books, subscription, of, when),
    credit: (subscription, of) => creditLines(books, subscription, of),
    voidBill: (bill, now) => voidBill(books, bill, now),
    begin(subscription) {
      coming.set(
        subscription.id,
        planGrants.map((terms) => comingOf(terms, subscription, true)),
      )
      wallets.set(subscription.id, [])
      purchases.set(subscription.id, [])
      given.set(subscription.id, { applied: 0, skipped: 0 })
    },
    apply: (step, of, oneOffs) => actOnMoney(books, step, of, oneOffs),
    decideTopUps(subscription, now) {
      decideTopUps(walletsOf(subscription), purchases.get(subscription) ?? [], now)
    },
    changePlan: (subscription) => changeGrants(books, subscription),
    moveTrial: (subscription, from) => moveGrants(books, subscription, from),
    giveDue(subscription, now) {
      const due = (coming.get(subscription.id) ?? []).filter(
        (one) => one.at !== null && one.at <= now && isInTurn(one, subscription),
      )
      // Wallets that are made together are made in the order of their rates.
      due.sort((left, right) => left.terms.rate.localeCompare(right.terms.rate))
      for (const one of due) giveOne(books, one, subscription)
      return due.length > 0
    },
    expire(subscription, now) {
      endCredits(walletsOf(subscription.id), subscription, now)
      const own = purchases.get(subscription.id) ?? []
      decideTopUps(walletsOf(subscription.id), own, now)
      topUpDue(walletsOf(subscription.id), own, now)
    },
    moved: () => countMoved(books),
    dueInstants(subscription) {
      const grants = (coming.get(subscription.id) ?? []).filter((one) => isInTurn(one, subscription))
      const ends = walletsOf(subscription.id).flatMap(({ credits }) =>
        credits.filter((credit) => isToEnd(credit, subscription)).map(({ expires }) => expires),
      )
      const topUps = walletsOf(subscription.id).map(({ byItself }) => byItself.dueAt)
      return [...grants.map(({ at }) => at), ...ends, ...topUps].filter((at) => at !== null)
    },
  }
}

function countMoved({ debits, purchases, payments, notes }: Books): ReturnType<MoneyModel['moved']> {
  const paidByCredits = [...debits.values()].filter(({ length }) => length > 0).length
  const bought = [...purchases.values()].reduce((sum, { length }) => sum + length, 0)
  const made = [...notes.keys()].filter((number) => number >= 0).length
  return { paidByCredits, payments: payments.size, notes: made, purchases: bought }
}

function moveGrants({ coming }: Books, { id, trialEnd }: Subscription, from: number): void {
  for (const one of coming.get(id) ?? []) if (one.at === from) one.at = trialEnd
}

function changeGrants({ coming, planGrants }: Books, { id, plan, current }: Subscription): void {
  const own = (coming.get(id) ?? []).filter(({ isOfPlan }) => !isOfPlan)
  const recurring = plan === 0 ? planGrants.filter(({ every }) => every !== null) : []
  const next = recurring.map((terms) => ({ terms, isOfPlan: true, at: current.end }))
  coming.set(id, [...own, ...next])
}

function giveOne({ wallets, given }: Books, coming: Coming, subscription: Subscription): void {
  const what = give(coming, subscription, wallets.get(subscription.id) ?? [])
  const counts = given.get(subscription.id)
  if (what && counts) counts[what]++
}

function endCredits(wallets: readonly Wallet[], subscription: Subscription, now: number): void {
  for (const { credits, byItself } of wallets) {
    const ended = credits.filter(({ expires }) => expires !== null && expires <= now)
    for (const credit of ended.filter((one) => isToEnd(one, subscription))) {
      empty({ credits: [credit], byItself })
    }
  }
}

/** Something is left that ends, and neither a draft nor an unbilled period that ended before can use it. */
function isToEnd(
  { available, expires }: Wallet['credits'][number],
  { invoices, dueAt, status }: Subscription,
): boolean {
  if (expires === null || available.over === 0n) return false
  if (invoices.some((one) => one.status === 'DRAFT' && one.period.end <= expires)) return false
  return dueAt === null || status === 'cancelled' || dueAt > expires
}
