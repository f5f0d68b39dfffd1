import { assert } from '../assert.ts'
import type { FieldProblem } from '../errors.ts'
import { allocate } from '../money/allocation.ts'
import { currencyExponent } from '../money/currency.ts'
import { type Decimal, formatDecimal, isPositive, sumDecimals, zero } from '../money/decimal.ts'
import { isWholeUnits } from '../money/money.ts'
import { type NoteShare, netOf, noteShare, takeShare } from './note-share.ts'

/** A line of a finalized invoice, as a note finds it. */
export interface BilledLine {
  readonly id: string
  /** Of what gives money back itself there is nothing to take back. */
  readonly isCredit: boolean
  /** Before discount and tax. */
  readonly amount: Decimal
  readonly discount: Decimal
  /** What finalized notes have taken back of it. */
  readonly noted: NoteShare
  /**
   * What is left of it and of all that late usage has billed for it, less what late usage and notes have credited of
   * those together.
   */
  readonly uncredited: Decimal
}

export interface BilledInvoice {
  readonly currency: string
  /** Of the whole invoice. */
  readonly tax: Decimal
  /** All of them. */
  readonly lines: readonly BilledLine[]
}

export interface AskedNoteLine {
  readonly lineId: string
  /** Before discount and tax. */
  readonly amount: Decimal
}

export interface PlannedNoteLine extends NoteShare {
  readonly lineId: string
}

export interface PlannedNote {
  /** In the order asked. */
  readonly lines: readonly PlannedNoteLine[]
  /** What it takes back in all: its lines after discount and tax, more than 0. */
  readonly total: Decimal
}

/**
 * What a note takes back of an invoice (billing rules, section 12): at most what each line was billed, less what notes
 * and late usage credited already, with its shares of discount and tax.
 *
 * @returns the note, or all that is wrong with what is asked, by paths like `line_items[0].amount`
 */
export function planNote(
  invoice: BilledInvoice,
  asked: readonly AskedNoteLine[],
): PlannedNote | { readonly problems: readonly FieldProblem[] } {
  if (asked.length === 0)
    return { problems: [{ path: 'line_items', message: 'must name what to take back' }] }
  const left = leftOfLines(invoice)
  const seen = new Set<string>()
  const problems = asked.flatMap((one, index): FieldProblem[] => {
    const field = seen.has(one.lineId)
      ? { name: 'invoice_line_item_id', message: 'is in the list already' }
      : problemOf(one, left.get(one.lineId), invoice.currency)
    seen.add(one.lineId)
    return field ? [{ path: `line_items[${index}].${field.name}`, message: field.message }] : []
  })
  if (problems.length > 0) return { problems }
  const lines = asked.map(({ lineId, amount }) => {
    const line = left.get(lineId)
    assert(line, 'what has no problem is a line of the invoice')
    return { lineId, ...noteShare(line.left, amount, invoice.currency) }
  })
  const total = sumDecimals(lines.map(netOf))
  if (isPositive(total)) return { lines, total }
  return { problems: [{ path: 'line_items', message: 'take nothing back: their discounts were all of it' }] }
}

interface LeftOfLine {
  readonly isCredit: boolean
  /** What no note has taken back. */
  readonly left: NoteShare
  readonly creditable: Decimal
}

/** The invoice's tax is shared over its charges by what is left of them after discounts, as settling shares it. */
function leftOfLines({ lines, tax, currency }: BilledInvoice): ReadonlyMap<string, LeftOfLine> {
  const charges = lines.filter(({ isCredit }) => !isCredit)
  const targets = charges.map(({ id, amount, discount }) => ({ id, weight: amount.minus(discount) }))
  const taxOf = new Map(allocate(tax, targets, currency).map(({ id, share }) => [id, share]))
  return new Map(
    lines.map(({ id, isCredit, amount, discount, noted, uncredited }) => {
      const left = takeShare({ amount, discount, tax: taxOf.get(id) ?? zero }, noted)
      const creditable = uncredited.lt(left.amount) ? uncredited : left.amount
      return [id, { isCredit, left, creditable }]
    }),
  )
}

function problemOf(
  { amount }: AskedNoteLine,
  line: LeftOfLine | undefined,
  currency: string,
): { name: string; message: string } | undefined {
  if (!line) return { name: 'invoice_line_item_id', message: 'is not a line of the invoice' }
  if (line.isCredit)
    return { name: 'invoice_line_item_id', message: 'is a line that gives money back itself' }
  if (!isPositive(amount)) return { name: 'amount', message: 'must be greater than 0' }
  if (!isWholeUnits(amount, currency)) {
    const digits = currencyExponent(currency)
    return { name: 'amount', message: `must have at most ${digits} digits after the point` }
  }
  if (amount.lte(line.creditable)) return undefined
  const most = isPositive(line.creditable) ? formatDecimal(line.creditable) : '0'
  return { name: 'amount', message: `must be at most ${most}, what is left of the line to take back` }
}
