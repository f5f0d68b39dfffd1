import type { MoneyStep } from '../lives/money-step.ts'
import { type Bill, dueOf, newBill, remainsOf, typesOf } from './bill-money.ts'
import type { Coming } from './grants.ts'
import type { Purchase } from './purchases.ts'
import { type AskedNote, type Note, note, type Payment } from './settle.ts'
import type { Subscription } from './subscription.ts'
import { type Debit, giveBack, lesser, payFrom, type Wallet } from './wallets.ts'

export type MoneyStepOf<Kind extends MoneyStep['kind']> = Extract<MoneyStep, { kind: Kind }>

/** What customers have, by their subscriptions, and what came and went of it. */
export interface Books {
  readonly wallets: Map<number, Wallet[]>
  readonly coming: Map<number, Coming[]>
  readonly planGrants: MoneyStepOf<'grant-credits'>['grant'][]
  readonly payments: Map<number, Payment>
  readonly notes: Map<number, Note>
  readonly debits: Map<Bill, readonly Debit[]>
  readonly purchases: Map<number, Purchase[]>
  readonly drafts: Map<number, DraftNote>
  readonly given: Map<number, Granted>
}

export type Granted = Record<'applied' | 'skipped', number>

/** What a note that waits takes back. */
export interface DraftNote {
  readonly bill: Bill
  readonly asked: AskedNote
  readonly of: Subscription
  /** No subscription's: nothing else is lowered. */
  readonly isOfOneOff: boolean
  /** What the bill has bought. */
  readonly bought: Purchase | null
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
    before.unpaid = typesOf(lines)
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
  bill.isVoid = true
  for (const debit of debits.get(bill) ?? []) {
    if (debit.returned < debit.cents) giveBack(debit, debit.cents - debit.returned, now)
  }
  return true
}

export interface CreditedLines {
  /** In cents, at most what is left of the line. */
  readonly credits: readonly { readonly bill: Bill; readonly line: number; readonly cents: bigint }[]
  /** What a change charges anew, for which the first of them are taken. */
  readonly charged: bigint
  /** Drafts that are owed less. */
  readonly closing: ReadonlySet<Bill>
  readonly now: number
}

/**
 * As notes do: each lowers its own invoice, then the others of the subscription, drafts last; the rest goes back.
 *
 * @returns what was taken of each for what is charged anew
 */
export function creditLines(
  { payments, notes, debits, wallets }: Books,
  { id, invoices }: Subscription,
  { credits, charged, closing, now }: CreditedLines,
): bigint[] {
  let toPay = charged
  return credits.map(({ bill, line, cents }) => {
    const netted = lesser(toPay, cents)
    toPay -= netted
    const billed = bill.lines[line]
    if (billed) billed.noted += netted
    const others = [
      ...invoices.flatMap((one) => openBill(one.status, one.bill, bill)),
      ...[...closing].filter((one) => one !== bill && remainsOf(one) > 0n),
    ]
    const purses = { others, payments: [...payments.values()], debits: debits.get(bill) ?? [] }
    const asked = { line, cents: cents - netted, toSource: false, at: now }
    const made = note(bill, asked, { ...purses, wallets: wallets.get(id) ?? [] })
    // Numbers of their own, which no step knows. One that is charged anew gives nothing back, and stands all the same.
    const none = { bill, line, cents, isRefund: true, lowered: [], isVoid: false }
    notes.set(-1 - notes.size, made ?? none)
    return netted
  })
}

export function openBill(status: string, one: Bill | null, but: Bill): Bill[] {
  return status === 'FINALIZED' && one !== null && one !== but && remainsOf(one) > 0n ? [one] : []
}
