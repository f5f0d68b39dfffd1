import type { ExpectedLine } from './fixed.ts'

/** A line of an invoice, as far as money is about it. In cents. */
export interface BilledLine {
  readonly type: 'FIXED' | 'USAGE'
  readonly cents: bigint
  /** One of several of a chain's usage, of which rounding may give either one a cent: notes are about others. */
  readonly isCut: boolean
  /** Of a subscription's invoice: the line that it is. */
  readonly of?: ExpectedLine
  /** What notes and changes have taken back of it. */
  noted: bigint
}

/** What is owed of a closed invoice, and what became of it. In cents. */
export interface Bill {
  /** As steps count them. */
  lines: readonly BilledLine[]
  /** What prepaid credits have paid. */
  credits: bigint
  /** What credit notes have lowered. */
  adjusted: bigint
  paid: bigint
  /** What went back of what was paid. */
  refunded: bigint
}

/** A one-off invoice: the sum of what was said, at once, until it is void; of nothing it is skipped. */
export interface OneOff {
  /** Whose customer it is of. */
  readonly subscription: number
  readonly bill: Bill
  readonly status: 'FINALIZED' | 'SKIPPED' | 'VOIDED'
}

export function newBill(lines: readonly Omit<BilledLine, 'noted'>[]): Bill {
  return {
    lines: lines.map((line) => ({ ...line, noted: 0n })),
    ...{ credits: 0n, adjusted: 0n, paid: 0n, refunded: 0n },
  }
}

export function totalOf({ lines }: Pick<Bill, 'lines'>): bigint {
  return lines.reduce((sum, { cents }) => sum + cents, 0n)
}

export function dueOf(bill: Bill): bigint {
  return totalOf(bill) - bill.credits - bill.adjusted
}

export function remainsOf(bill: Bill): bigint {
  const left = dueOf(bill) - bill.paid
  return left > 0n ? left : 0n
}

/** What the payments make of it (billing rules, section 12). */
export function paidStateOf(bill: Bill): 'PENDING' | 'SUCCEEDED' | 'OVERPAID' {
  if (remainsOf(bill) > 0n) return 'PENDING'
  return bill.paid > dueOf(bill) ? 'OVERPAID' : 'SUCCEEDED'
}
