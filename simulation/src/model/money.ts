import type { InvoiceRef, MoneyStep } from '../lives/money-step.ts'
import type { Bill, OneOff } from './bill-money.ts'
import {
  type Books,
  type ClosedBill,
  type Closing,
  type CreditedLines,
  closeBill,
  creditLines,
  openBill,
  voidBill,
} from './books.ts'
import { comingOf, give, isInTurn } from './grants.ts'
import { fromText } from './ratio.ts'
import { note, pay, takeBackPayment, voidNote } from './settle.ts'
import type { Subscription } from './subscription.ts'
import { empty, findWallet, newWallet, type Wallet } from './wallets.ts'

/** Wallets, grants, payments and credit notes of all customers, who are named by their subscriptions. */
export interface MoneyModel {
  walletsOf(subscription: number): readonly Wallet[]
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
  /** Does what the step says. @returns false where there is no place for it */
  apply(step: MoneyStep, of: Subscription | undefined, oneOffs: ReadonlyMap<number, OneOff>): boolean
  /** Gives what has fallen due and comes before the subscription's next period. @returns whether anything has */
  giveDue(subscription: Subscription, now: number): boolean
  /** Ends credits whose end has come, unless a period that they were there for waits for its invoice. */
  expire(subscription: Subscription, now: number): void
  /** How many invoices credits have paid, payments were made, and notes. */
  moved(): { readonly paidByCredits: number; readonly payments: number; readonly notes: number }
  /** When credits come, or end. */
  dueInstants(subscription: Subscription): number[]
}

export function createMoneyModel(): MoneyModel {
  const books: Books = {
    ...{ wallets: new Map(), coming: new Map(), planGrants: [] },
    ...{ payments: new Map(), notes: new Map(), debits: new Map() },
  }
  const { wallets, coming, planGrants, notes, debits } = books
  const walletsOf = (subscription: number) => wallets.get(subscription) ?? []
  return {
    walletsOf,
    close: (subscription, of, when) => closeBill(books, subscription, of, when),
    credit: (subscription, of) => creditLines(books, subscription, of),
    voidBill: (bill, now) => voidBill(books, bill, now),
    begin(subscription) {
      coming.set(
        subscription.id,
        planGrants.map((terms) => comingOf(terms, subscription, true)),
      )
      wallets.set(subscription.id, [])
    },
    changePlan({ id, plan, current }) {
      const own = (coming.get(id) ?? []).filter(({ isOfPlan }) => !isOfPlan)
      const recurring = plan === 0 ? planGrants.filter(({ every }) => every !== null) : []
      const next = recurring.map((terms) => ({ terms, isOfPlan: true, at: current.end }))
      coming.set(id, [...own, ...next])
    },
    apply: (step, of, oneOffs) => apply(books, step, of, oneOffs),
    giveDue(subscription, now) {
      const due = (coming.get(subscription.id) ?? []).filter(
        (one) => one.at !== null && one.at <= now && isInTurn(one, subscription),
      )
      // Wallets that are made together are made in the order of their rates.
      due.sort((left, right) => left.terms.rate.localeCompare(right.terms.rate))
      for (const one of due) give(one, subscription, wallets.get(subscription.id) ?? [])
      return due.length > 0
    },
    expire(subscription, now) {
      for (const { credits } of walletsOf(subscription.id)) {
        const ended = credits.filter(({ expires }) => expires !== null && expires <= now)
        for (const credit of ended.filter((one) => isToEnd(one, subscription))) empty({ credits: [credit] })
      }
    },
    moved() {
      const paidByCredits = [...debits.values()].filter(({ length }) => length > 0).length
      return {
        paidByCredits,
        payments: books.payments.size,
        notes: [...notes.keys()].filter((number) => number >= 0).length,
      }
    },
    dueInstants(subscription) {
      const given = (coming.get(subscription.id) ?? []).filter((one) => isInTurn(one, subscription))
      const ends = walletsOf(subscription.id).flatMap(({ credits }) =>
        credits.filter((credit) => isToEnd(credit, subscription)).map(({ expires }) => expires),
      )
      return [...given.map(({ at }) => at), ...ends].filter((at) => at !== null)
    },
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

function apply(
  books: Books,
  step: MoneyStep,
  of: Subscription | undefined,
  oneOffs: ReadonlyMap<number, OneOff>,
): boolean {
  switch (step.kind) {
    case 'void-payment': {
      const payment = books.payments.get(step.payment)
      return payment !== undefined && takeBackPayment(payment, [...books.notes.values()], step.at)
    }
    case 'void-note': {
      const one = books.notes.get(step.note)
      return one !== undefined && voidNote(one)
    }
    case 'grant-credits':
      return grant(books, step, of)
    case 'make-wallet':
    case 'top-up':
    case 'end-wallet':
      return of !== undefined && changeWallet(books.wallets.get(of.id) ?? [], step)
    case 'pay':
    case 'take-back':
      return of !== undefined && settle(books, step, of, billOf(step.invoice, of, oneOffs))
  }
}

type Of<Kind extends MoneyStep['kind']> = Extract<MoneyStep, { kind: Kind }>

function grant(
  { planGrants, coming }: Books,
  step: Of<'grant-credits'>,
  of: Subscription | undefined,
): boolean {
  if (step.subscription === null) {
    planGrants.push(step.grant)
    return true
  }
  if (!of || of.status === 'cancelled') return false
  const terms = { ...step.grant, start: step.grant.start ?? step.at }
  const first = comingOf(terms, of)
  if (first.at === null || first.at >= Math.min(of.end, terms.end ?? Infinity)) return false
  coming.get(of.id)?.push(first)
  return true
}

function changeWallet(wallets: Wallet[], step: Of<'make-wallet' | 'top-up' | 'end-wallet'>): boolean {
  if (step.kind === 'make-wallet') {
    const rate = fromText(step.rate)
    if (findWallet(wallets, rate, step.types)) return false
    wallets.push(newWallet(rate, step.types))
    return true
  }
  const wallet = wallets[step.wallet]
  if (!wallet?.isOpen) return false
  if (step.kind === 'end-wallet') {
    wallet.isOpen = false
    empty(wallet)
    return true
  }
  const { priority, effective, expires } = step
  if (expires !== null && expires <= Math.max(effective ?? step.at, step.at)) return false
  for (const credits of [step.credits, step.bonus]) {
    if (credits !== null) wallet.credits.push({ available: fromText(credits), priority, effective, expires })
  }
  return true
}

/** Of an invoice that is closed, and not void. */
function billOf(
  ref: InvoiceRef,
  { invoices, id }: Subscription,
  oneOffs: ReadonlyMap<number, OneOff>,
): Bill | undefined {
  if ('oneOff' in ref) {
    const one = oneOffs.get(ref.oneOff)
    return one?.status === 'FINALIZED' && one.subscription === id ? one.bill : undefined
  }
  const invoice = invoices.at(-1 - ref.back)
  return invoice?.status === 'FINALIZED' ? (invoice.bill ?? undefined) : undefined
}

function settle(
  { payments, notes, debits, wallets }: Books,
  step: Of<'pay' | 'take-back'>,
  { invoices, id }: Subscription,
  bill: Bill | undefined,
): boolean {
  if (!bill) return false
  const cents =
    step.amount === null ? null : fromText(step.amount).over * (100n / fromText(step.amount).under)
  if (step.kind === 'pay') {
    if (payments.has(step.payment)) return false
    const own = wallets.get(id) ?? []
    const payment = pay(bill, cents, step.isOfCredits ? { wallets: own, at: step.at } : null)
    if (payment) payments.set(step.payment, payment)
    return payment !== undefined
  }
  if (notes.has(step.note)) return false
  const others =
    'oneOff' in step.invoice ? [] : invoices.flatMap((one) => openBill(one.status, one.bill, bill))
  const { line, toSource, at } = step
  const made = note(
    bill,
    { line, cents, toSource, at },
    {
      ...{ others, payments: [...payments.values()], debits: debits.get(bill) ?? [] },
      wallets: wallets.get(id) ?? [],
    },
  )
  if (made) notes.set(step.note, made)
  return made !== undefined
}
