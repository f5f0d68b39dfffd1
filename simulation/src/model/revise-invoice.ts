import type { ReviseInvoice } from '../lives/step.ts'
import { finalize, replace, type Surroundings } from './bill.ts'
import type { Chain } from './lines.ts'
import { bringLeftOut } from './price-acts.ts'
import type { Subscription } from './subscription.ts'

/** Voids an invoice, makes a draft in a voided one's place, or closes a draft. @returns false where there is no place for it */
export function reviseInvoice(
  subscription: Subscription | undefined,
  { kind, back }: ReviseInvoice,
  around: Surroundings,
  chains: ReadonlyMap<number, Chain>,
): boolean {
  const invoice = subscription?.invoices.at(-1 - back)
  if (!subscription || !invoice) return false
  const { status } = invoice
  switch (kind) {
    case 'void-invoice':
      if (status !== 'DRAFT' && status !== 'FINALIZED') return false
      // A change cannot lose its own invoice.
      if (invoice.reason === 'SUBSCRIPTION_UPDATE') return false
      if (invoice.bill && !around.money.voidBill(invoice.bill, around.now)) return false
      invoice.status = 'VOIDED'
      invoice.finalizeAt = null
      return true
    case 'replace-invoice':
      if (status !== 'VOIDED') return false
      // Asked again, it is the same one.
      if (invoice.isReplaced) return true
      bringLeftOut(subscription, chains, invoice.period.start)
      replace(subscription, invoice, around)
      return true
    case 'close-invoice':
      if (status !== 'DRAFT') return false
      finalize(subscription, invoice, around)
      return true
  }
}
