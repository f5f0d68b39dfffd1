import { type Bill, dueOf } from './bill-money.ts'
import { type Books, type DraftNote, type MoneyStepOf as Of, openBill } from './books.ts'
import { completePaid } from './purchases.ts'
import { fromText } from './ratio.ts'
import { note, type Payment, pay, takeBackPayment } from './settle.ts'
import type { Subscription } from './subscription.ts'

type PayStep = Of<'pay'>

/** @returns false where there is no place for it */
export function settle(
  books: Books,
  step: PayStep | Of<'take-back'>,
  of: Subscription,
  bill: Bill | undefined,
): boolean {
  if (!bill) return false
  const cents =
    step.amount === null ? null : fromText(step.amount).over * (100n / fromText(step.amount).under)
  if (step.kind === 'pay') return settlePayment(books, step, of, { bill, cents })
  const { notes, drafts } = books
  if (notes.has(step.note) || drafts.has(step.note)) return false
  const bought =
    'purchase' in step.invoice ? (books.purchases.get(of.id)?.[step.invoice.purchase] ?? null) : null
  // Of what is not paid nothing is noted: it is voided.
  if (bought && bought.status !== 'PAID') return false
  const { line, toSource, at } = step
  const left = leftOf(bill, line)
  const asked = { line, cents: cents ?? left, toSource, at }
  const isOfOneOff = !('back' in step.invoice)
  if (!step.isDraft) return makeNote(books, step.note, { bill, asked, of, isOfOneOff, bought })
  if (asked.cents <= 0n || asked.cents > left) return false
  drafts.set(step.note, { bill, asked, of, isOfOneOff, bought })
  return true
}

/** Of one of several of a chain's usage nothing: rounding may give either one a cent. */
function leftOf({ lines }: Bill, place: number): bigint {
  const line = lines[place]
  return line && !line.isCut ? line.cents - line.noted : 0n
}

/** What credits have bought is paid for by no credits. */
function settlePayment(
  { payments, wallets, purchases }: Books,
  step: PayStep,
  { id }: Subscription,
  { bill, cents }: { readonly bill: Bill; readonly cents: bigint | null },
): boolean {
  if (payments.has(step.payment) || (step.isOfCredits && 'purchase' in step.invoice)) return false
  const own = wallets.get(id) ?? []
  const payment = pay(bill, cents, step.isOfCredits ? { wallets: own, at: step.at } : null)
  if (!payment) return false
  payments.set(step.payment, payment)
  completePaid(purchases.get(id) ?? [], step.at)
  return true
}

/** Its bill was closed, and may be void by now. @returns false where there is no place for it */
export function closeNote(books: Books, { note: number, at }: Of<'close-note'>): boolean {
  const draft = books.drafts.get(number)
  if (!draft || draft.bill.isVoid || !makeNote(books, number, { ...draft, asked: { ...draft.asked, at } }))
    return false
  books.drafts.delete(number)
  return true
}

function makeNote(
  { payments, notes, debits, wallets }: Books,
  number: number,
  { bill, asked, of: { id, invoices }, isOfOneOff, bought }: DraftNote,
): boolean {
  const others = isOfOneOff ? [] : invoices.flatMap((one) => openBill(one.status, one.bill, bill))
  const paid = { others, payments: [...payments.values()], debits: debits.get(bill) ?? [], bought }
  const made = note(bill, asked, { ...paid, wallets: wallets.get(id) ?? [] })
  if (made) notes.set(number, made)
  return made !== undefined
}

export function takeBack(books: Books, { payment: number, at }: Of<'void-payment'>): boolean {
  const payment = books.payments.get(number)
  if (!payment || hasBought(books, payment)) return false
  return takeBackPayment(payment, [...books.notes.values()], at)
}

/** Its credits are in the wallet, and may be spent. */
function hasBought({ purchases }: Books, { bill, cents }: Payment): boolean {
  const isPaid = [...purchases.values()].flat().some((one) => one.bill === bill && one.status === 'PAID')
  return isPaid && bill.paid - cents < dueOf(bill)
}
