import type { MoneyStep } from '../lives/money-step.ts'
import { type Bill, dueOf, newBill, remainsOf } from './bill-money.ts'
import type { Coming } from './grants.ts'
import { type Note, note, type Payment } from './settle.ts'
import type { Subscription } from './subscription.ts'
import { type Debit, giveBack, payFrom, type Wallet } from './wallets.ts'

/** What customers have, by their subscriptions, and what came and went of it. */
export interface Books {
  readonly wallets: Map<number, Wallet[]>
  readonly coming: Map<number, Coming[]>
  readonly planGrants: Extract<MoneyStep, { kind: 'grant-credits' }>['grant'][]
  readonly payments: Map<number, Payment>
  readonly notes: Map<number, Note>
  readonly debits: Map<Bill, readonly Debit[]>
}

export interface ClosedBill {
  readonly lines: Parameters<typeof newBill>[0]
  /** Of a draft that was lowered before. */
  readonly before?: Bill | null
}

export interface Closing {
  readonly periodEnd: number | null
  readonly now: number
}

/** A closed invoice's bill, paid by credits as far as they go. */
export function closeBill(
  { wallets, debits }: Books,
  subscription: number,
  { lines, before }: ClosedBill,
  when: Closing,
): Bill {
  const bill = before ?? newBill(lines)
  if (before) {
    const noted = new Map(before.lines.map((line) => [line.of, line.noted]))
    before.lines = lines.map((line) => ({ ...line, noted: noted.get(line.of) ?? 0n }))
  }
  if (dueOf(bill) > 0n) debits.set(bill, payFrom(wallets.get(subscription) ?? [], bill, when))
  return bill
}

/** Gives credits back. @returns false where payments, notes or changes stand in the way */
export function voidBill({ notes, debits }: Books, bill: Bill, now: number): boolean {
  const isNoted = [...notes.values()].some(
    (one) => !one.isVoid && (one.bill === bill || one.lowered.some((step) => step.bill === bill)),
  )
  if (bill.paid > 0n || isNoted) return false
  for (const debit of debits.get(bill) ?? []) {
    if (debit.returned < debit.cents) giveBack(debit, debit.cents - debit.returned, now)
  }
  return true
}

export interface CreditedLines {
  readonly credits: readonly { readonly bill: Bill; readonly line: number; readonly most: bigint }[]
  readonly closing: ReadonlySet<Bill>
  readonly now: number
}

/** As notes do: each lowers its own invoice, then the others of the subscription, drafts last; the rest goes back. */
export function creditLines(
  { payments, notes, debits, wallets }: Books,
  { id, invoices }: Subscription,
  { credits, closing, now }: CreditedLines,
): bigint[] {
  return credits.map(({ bill, line, most }) => {
    const billed = bill.lines[line]
    const left = billed ? billed.cents - billed.noted : 0n
    const cents = most < left ? most : left
    if (cents <= 0n) return 0n
    const others = [
      ...invoices.flatMap((one) => openBill(one.status, one.bill, bill)),
      ...[...closing].filter((one) => one !== bill && remainsOf(one) > 0n),
    ]
    const purses = { others, payments: [...payments.values()], debits: debits.get(bill) ?? [] }
    const made = note(
      bill,
      { line, cents, toSource: false, at: now },
      { ...purses, wallets: wallets.get(id) ?? [] },
    )
    // Numbers of their own, which no step knows.
    if (made) notes.set(-1 - notes.size, made)
    return cents
  })
}

export function openBill(status: string, one: Bill | null, but: Bill): Bill[] {
  return status === 'FINALIZED' && one !== null && one !== but && remainsOf(one) > 0n ? [one] : []
}
