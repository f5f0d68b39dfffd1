import type { InvoiceRef, MoneyStep } from '../lives/money-step.ts'
import type { Bill, OneOff } from './bill-money.ts'
import type { Books, MoneyStepOf as Of } from './books.ts'
import { comingOf } from './grants.ts'
import { buy, setTopUp } from './purchases.ts'
import { fromText } from './ratio.ts'
import { voidNote } from './settle.ts'
import { closeNote, settle, takeBack } from './settle-acts.ts'
import type { Subscription } from './subscription.ts'
import { empty, findWallet, newWallet } from './wallets.ts'

/** Does what a step about money says. @returns false where there is no place for it */
export function actOnMoney(
  books: Books,
  step: MoneyStep,
  of: Subscription | undefined,
  oneOffs: ReadonlyMap<number, OneOff>,
): boolean {
  switch (step.kind) {
    case 'void-payment':
      return takeBack(books, step)
    case 'void-note': {
      const one = books.notes.get(step.note)
      return books.drafts.delete(step.note) || (one !== undefined && voidNote(one, [...books.notes.values()]))
    }
    case 'close-note':
      return closeNote(books, step)
    case 'buy-credits':
    case 'void-purchase':
    case 'top-up-by-itself':
      return of !== undefined && purchase(books, step, of)
    case 'grant-credits':
      return grant(books, step, of)
    case 'make-wallet':
    case 'top-up':
    case 'end-wallet':
      return of !== undefined && changeWallet(books, step, of)
    case 'pay':
    case 'take-back':
      return of !== undefined && settle(books, step, of, billOf(books, step.invoice, of, oneOffs))
  }
}

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

function changeWallet(
  books: Books,
  step: Of<'make-wallet' | 'top-up' | 'end-wallet'>,
  { id }: Subscription,
): boolean {
  const wallets = books.wallets.get(id) ?? []
  if (step.kind === 'make-wallet') {
    const rate = fromText(step.rate)
    if (findWallet(wallets, rate, step.types)) return false
    wallets.push(newWallet(rate, step.types))
    return true
  }
  const wallet = wallets[step.wallet]
  if (!wallet?.isOpen) return false
  if (step.kind === 'end-wallet') {
    const own = books.purchases.get(id) ?? []
    if (own.some((one) => one.wallet === wallet && one.status === 'WAITING')) return false
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
  { purchases }: Books,
  ref: InvoiceRef,
  { invoices, id }: Subscription,
  oneOffs: ReadonlyMap<number, OneOff>,
): Bill | undefined {
  if ('oneOff' in ref) {
    const one = oneOffs.get(ref.oneOff)
    return one?.status === 'FINALIZED' && one.subscription === id ? one.bill : undefined
  }
  if ('purchase' in ref) {
    const one = purchases.get(id)?.[ref.purchase]
    return one && one.status !== 'VOIDED' ? one.bill : undefined
  }
  const invoice = invoices.at(-1 - ref.back)
  return invoice?.status === 'FINALIZED' ? (invoice.bill ?? undefined) : undefined
}

function purchase(
  { wallets, purchases }: Books,
  step: Of<'buy-credits' | 'void-purchase' | 'top-up-by-itself'>,
  { id }: Subscription,
): boolean {
  const own = purchases.get(id) ?? []
  if (step.kind === 'void-purchase') {
    const one = own[step.purchase]
    if (one?.status !== 'WAITING' || one.bill.paid > 0n) return false
    one.status = 'VOIDED'
    return true
  }
  const wallet = wallets.get(id)?.[step.wallet]
  if (!wallet?.isOpen) return false
  if (step.kind === 'top-up-by-itself') return setTopUp(wallet, step, own)
  const { expires = null, effective } = step
  if (expires !== null && expires <= Math.max(effective ?? step.at, step.at)) return false
  const bought = buy(wallet, step, false)
  if (bought) own.push(bought)
  return bought !== undefined
}
