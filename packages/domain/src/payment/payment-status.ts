import { type Decimal, isPositive } from '../money/decimal.ts'

/** An invoice as a payment finds it. */
export interface PayableInvoice {
  readonly id: string
  readonly status: 'DRAFT' | 'FINALIZED' | 'VOIDED' | 'SKIPPED'
  readonly amountRemaining: Decimal
}

export type PaidStatus = 'PENDING' | 'SUCCEEDED' | 'OVERPAID'

/** What Σ of its succeeded payments makes of a finalized invoice (billing rules, section 12). */
export function paidStatus(amountDue: Decimal, amountPaid: Decimal): PaidStatus {
  if (amountPaid.gt(amountDue)) return 'OVERPAID'
  return amountPaid.lt(amountDue) ? 'PENDING' : 'SUCCEEDED'
}

/** Why nothing can be paid on an invoice; undefined where something can (billing rules, section 12). */
export function notPayable({ id, status, amountRemaining }: PayableInvoice): string | undefined {
  if (status !== 'FINALIZED') return `Invoice ${id} is ${status}: only a FINALIZED one is paid`
  return isPositive(amountRemaining) ? undefined : `Of invoice ${id} nothing remains to be paid`
}
