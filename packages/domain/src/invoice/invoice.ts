import { assert } from '../assert.ts'
import { parseCurrency } from '../money/currency.ts'
import {
  type Decimal,
  equalDecimals,
  formatDecimal,
  isNegative,
  sumOfAmounts,
  zero,
} from '../money/decimal.ts'
import { isWholeUnits } from '../money/money.ts'

/** A line as the invoice's sums see it. `credit` marks what gives money back: only that may be negative. */
export interface InvoiceLineAmount {
  readonly kind: 'charge' | 'credit'
  readonly amount: Decimal
  readonly currency: string
}

export interface InvoiceAmounts {
  readonly currency: string
  readonly subtotal: Decimal
  readonly discounts: Decimal
  readonly tax: Decimal
  /** Prepaid credits from wallets, not credit lines. */
  readonly credits: Decimal
  readonly total: Decimal
  /** What credit notes, changes, cancellations and late usage have lowered what is due by. */
  readonly adjustments: Decimal
  /** What is to be paid in all, whatever of it was paid. */
  readonly amountDue: Decimal
  readonly amountPaid: Decimal
  readonly amountRemaining: Decimal
  /** What was paid beyond what is due; of it nothing has gone to a wallet, as there are none yet. */
  readonly overpaid: Decimal
}

/** What is taken off, added and paid, each in whole minor units; what is left out is 0. */
export interface InvoiceAdjustments {
  readonly discounts?: Decimal
  readonly tax?: Decimal
  readonly credits?: Decimal
  readonly adjustments?: Decimal
  readonly amountPaid?: Decimal
}

/** The sums of an invoice from its rounded lines (billing rules, section 1). No lines make a zero invoice. */
export function invoiceAmounts(
  currency: string,
  lines: readonly InvoiceLineAmount[],
  {
    discounts = zero,
    tax = zero,
    credits = zero,
    adjustments = zero,
    amountPaid = zero,
  }: InvoiceAdjustments = {},
): InvoiceAmounts {
  const subtotal = sumOfAmounts(lines)
  const total = subtotal.minus(discounts).plus(tax).minus(credits)
  const amountDue = total.minus(adjustments)
  const amounts: InvoiceAmounts = {
    ...{ currency, subtotal, discounts, tax, credits, total, adjustments, amountDue, amountPaid },
    ...whatRemains(amountDue, amountPaid),
  }
  assertInvoice(amounts, lines)
  return amounts
}

/** What is left to pay, and what was paid too much: one of the two is 0. */
export function whatRemains(
  amountDue: Decimal,
  amountPaid: Decimal,
): Pick<InvoiceAmounts, 'amountRemaining' | 'overpaid'> {
  const left = amountDue.minus(amountPaid)
  return isNegative(left)
    ? { amountRemaining: zero, overpaid: amountPaid.minus(amountDue) }
    : { amountRemaining: left, overpaid: zero }
}

/**
 * Fails the write of an invoice whose sums do not hold: whoever writes one calls this with what is
 * written. Subtotal = Σ lines, total = subtotal − discounts + tax − credits, due = total − adjustments, and what
 * remains or was overpaid by what was paid, all in whole units of one currency, discounts within the charges,
 * nothing negative but credit lines (and the subtotal that holds them).
 */
export function assertInvoice(invoice: InvoiceAmounts, lines: readonly InvoiceLineAmount[]): void {
  const { currency, subtotal, discounts, tax, credits, total, adjustments, amountDue, amountPaid } = invoice
  assert(parseCurrency(currency) === currency, `${currency} is a known currency in lower case`)
  for (const line of lines) assertLine(line, currency)

  assertEqual('subtotal', subtotal, sumOfAmounts(lines))
  assertEqual('total', total, subtotal.minus(discounts).plus(tax).minus(credits))
  assertEqual('amount due', amountDue, total.minus(adjustments))
  const { amountRemaining, overpaid } = whatRemains(amountDue, amountPaid)
  assertEqual('amount remaining', invoice.amountRemaining, amountRemaining)
  assertEqual('overpaid', invoice.overpaid, overpaid)
  for (const name of sumNames) {
    const amount = invoice[name]
    if (!isWholeUnits(amount, currency)) assert(false, `${name} is in whole units of ${currency}`)
    if (name !== 'subtotal' && isNegative(amount)) {
      assert(false, `${name} is not negative, but ${formatDecimal(amount)}`)
    }
  }
  const charges = lines.filter(({ kind }) => kind === 'charge')
  // Without discounts there is nothing to be compared: no charge is negative.
  assert(discounts.units === 0 || discounts.lte(sumOfAmounts(charges)), 'discounts do not exceed the charges')
}

const sumNames = [
  'subtotal',
  'discounts',
  'tax',
  'credits',
  'total',
  'adjustments',
  'amountDue',
  'amountPaid',
  'amountRemaining',
  'overpaid',
] as const satisfies readonly (keyof InvoiceAmounts)[]

/** Messages are made when they are told: a page's invoices are asserted by the ten thousand sums. */
function assertLine({ kind, amount, currency }: InvoiceLineAmount, of: string): void {
  if (currency !== of) assert(false, `a line in ${currency} is not on an invoice in ${of}`)
  if (!isWholeUnits(amount, currency)) {
    assert(false, `a line of ${formatDecimal(amount)} is in whole units of ${currency}`)
  }
  if (kind === 'charge') assert(!isNegative(amount), 'a charge line is not negative')
  else assert(amount.lte(zero), 'a credit line is not positive')
}

function assertEqual(name: string, actual: Decimal, expected: Decimal): void {
  if (equalDecimals(actual, expected)) return
  assert(false, `${name} is ${formatDecimal(expected)}, not ${formatDecimal(actual)}`)
}
