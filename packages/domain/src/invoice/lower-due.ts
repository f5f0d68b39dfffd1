import { type Decimal, isPositive } from '../money/decimal.ts'

/** What of a credit is left. */
export interface OpenCredit {
  readonly id: string
  /** That billed what is credited. */
  readonly invoiceId: string
  readonly remaining: Decimal
}

/** What of an invoice is still to be paid. */
export interface OpenInvoice {
  readonly id: string
  readonly remaining: Decimal
}

export interface LoweredDue {
  readonly creditId: string
  readonly invoiceId: string
  readonly amount: Decimal
}

/**
 * What credits lower what is due by (billing rules, section 6): of the invoice that billed, then of the others of its
 * subscription in the order given, never below what was paid. What is left of a credit then is not in it.
 *
 * @param credits oldest first
 * @param invoices oldest first
 */
export function lowerDue(credits: readonly OpenCredit[], invoices: readonly OpenInvoice[]): LoweredDue[] {
  const left = new Map(invoices.map(({ id, remaining }) => [id, remaining]))
  return credits.flatMap(({ id: creditId, invoiceId, remaining }) => {
    const lowered: LoweredDue[] = []
    let rest = remaining
    for (const id of new Set([invoiceId, ...left.keys()])) {
      const due = left.get(id)
      if (!due || !isPositive(due) || !isPositive(rest)) continue
      const amount = due.lt(rest) ? due : rest
      left.set(id, due.minus(amount))
      rest = rest.minus(amount)
      lowered.push({ creditId, invoiceId: id, amount })
    }
    return lowered
  })
}
