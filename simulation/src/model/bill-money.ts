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
  isVoid: boolean
  /**
   * What remains to be paid of each kind of lines; null once something was shared over both in a way that rounding
   * decides: what wallets of one kind may pay by then the model does not say.
   */
  unpaid: ReadonlyMap<BilledLine['type'], bigint> | null
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
    ...{ credits: 0n, adjusted: 0n, paid: 0n, refunded: 0n, isVoid: false },
    unpaid: typesOf(lines),
  }
}

/** Pays lines of one kind, or of whatever kind there is. */
export function payLines(bill: Bill, type: BilledLine['type'] | 'ALL', cents: bigint): void {
  const open = [...(bill.unpaid ?? [])].filter(([, left]) => left > 0n)
  const sum = open.reduce((all, [, left]) => all + left, 0n)
  const of = type === 'ALL' ? (open.length === 1 ? open[0]?.[0] : undefined) : type
  if (cents >= sum) bill.unpaid = bill.unpaid && new Map()
  else if (of === undefined) bill.unpaid = null
  else bill.unpaid &&= new Map(open.map(([one, left]) => [one, one === of ? left - cents : left]))
}

export function typesOf(
  lines: readonly Pick<BilledLine, 'type' | 'cents'>[],
): Map<BilledLine['type'], bigint> {
  const sums = new Map<BilledLine['type'], bigint>()
  for (const { type, cents } of lines) sums.set(type, (sums.get(type) ?? 0n) + cents)
  return sums
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
