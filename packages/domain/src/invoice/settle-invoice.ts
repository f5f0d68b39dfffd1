import { assert } from '../assert.ts'
import { type AllocationTarget, allocate } from '../money/allocation.ts'
import {
  type Decimal,
  decimalFromInteger,
  isNegative,
  sumDecimals,
  sumOfAmounts,
  zero,
} from '../money/decimal.ts'
import { isWholeUnits, roundedQuotient } from '../money/money.ts'
import { type InvoiceAmounts, type InvoiceLineAmount, invoiceAmounts } from './invoice.ts'

/** `percentage` is of what is left, 0 to 100; `fixed` is an amount in the invoice's currency. */
export type Discount =
  | { readonly id: string; readonly kind: 'percentage'; readonly percent: Decimal }
  | { readonly id: string; readonly kind: 'fixed'; readonly amount: Decimal }

export interface LineDiscount {
  readonly lineId: string
  readonly discount: Discount
}

export interface Tax {
  readonly id: string
  /** Of what is left of the charges after discounts. */
  readonly percent: Decimal
}

export interface SettledLine extends InvoiceLineAmount {
  readonly id: string
}

/** In the order attached. */
export interface Adjustments {
  readonly lineDiscounts?: readonly LineDiscount[]
  readonly invoiceDiscounts?: readonly Discount[]
  readonly taxes?: readonly Tax[]
  /** Prepaid credits at hand: used up to the total. */
  readonly credits?: Decimal
  readonly amountPaid?: Decimal
}

export interface LineShare {
  readonly id: string
  readonly lineDiscounts: Decimal
  readonly invoiceDiscounts: Decimal
  readonly tax: Decimal
}

/** What one discount or tax came to. */
export interface AppliedAmount {
  readonly id: string
  readonly amount: Decimal
}

export interface Settlement {
  readonly amounts: InvoiceAmounts
  /** In the order of the lines; nothing for credit lines. */
  readonly shares: readonly LineShare[]
  readonly lineDiscounts: readonly (AppliedAmount & { readonly lineId: string })[]
  readonly invoiceDiscounts: readonly AppliedAmount[]
  readonly taxes: readonly AppliedAmount[]
}

/**
 * All sums of an invoice from its rounded lines (billing rules, section 1): line discounts, invoice discounts, tax
 * on what is left, prepaid credits up to the total, amount due. Discounts apply in the order attached, each on
 * what is left, rounded, never below zero; each tax is rounded once for the invoice. What concerns the
 * whole invoice is shared over its charges by what is left of them. Credit lines are outside both bases: their
 * amounts contain their share of discounts and tax.
 */
export function settleInvoice(
  currency: string,
  lines: readonly SettledLine[],
  {
    lineDiscounts = [],
    invoiceDiscounts = [],
    taxes = [],
    credits = zero,
    amountPaid = zero,
  }: Adjustments = {},
): Settlement {
  assert(new Set(lines.map(({ id }) => id)).size === lines.length, 'each line has its own id')
  assert(!isNegative(credits), 'prepaid credits are not negative')
  const charges = lines.filter(({ kind }) => kind === 'charge')
  if (lineDiscounts.length + invoiceDiscounts.length + taxes.length === 0) {
    return settlePlainly(currency, { lines, charges }, { credits, amountPaid })
  }
  const left: Amounts = new Map(charges.map(({ id, amount }) => [id, amount]))
  const shared: Record<'line' | 'invoice' | 'tax', Amounts> = {
    line: new Map(),
    invoice: new Map(),
    tax: new Map(),
  }
  const ofLines = lineDiscounts.map(({ lineId, discount }) => {
    const amount = discountOn(left.get(lineId), discount, currency, lineId)
    takeOff(left, shared.line, [{ id: lineId, share: amount }])
    return { lineId, id: discount.id, amount }
  })
  const ofInvoice = invoiceDiscounts.map((discount) => {
    const amount = discountOn(sumDecimals(left.values()), discount, currency, 'the invoice')
    takeOff(left, shared.invoice, allocate(amount, targets(left), currency))
    return { id: discount.id, amount }
  })
  const base = sumDecimals(left.values())
  const ofTaxes = taxes.map(({ id, percent }) => {
    assert(!isNegative(percent), `the tax ${id} is not negative`)
    const amount = percentage(base, percent, currency)
    for (const { id: lineId, share } of allocate(amount, targets(left), currency))
      add(shared.tax, lineId, share)
    return { id, amount }
  })
  const discounts = total([...ofLines, ...ofInvoice])
  const tax = total(ofTaxes)
  const subtotal = sumOfAmounts(lines)
  const before = subtotal.minus(discounts).plus(tax)
  const used = before.lt(credits) ? before : credits
  const amounts = invoiceAmounts(currency, lines, { discounts, tax, credits: used, amountPaid })
  const shares = [...left.keys()].map((id) => ({
    id,
    lineDiscounts: shared.line.get(id) ?? zero,
    invoiceDiscounts: shared.invoice.get(id) ?? zero,
    tax: shared.tax.get(id) ?? zero,
  }))
  return { amounts, shares, lineDiscounts: ofLines, invoiceDiscounts: ofInvoice, taxes: ofTaxes }
}

/** Most invoices have neither discounts nor taxes: all of them is added up, and nothing shared. */
function settlePlainly(
  currency: string,
  { lines, charges }: Readonly<Record<'lines' | 'charges', readonly SettledLine[]>>,
  { credits, amountPaid }: Readonly<Record<'credits' | 'amountPaid', Decimal>>,
): Settlement {
  const subtotal = sumOfAmounts(lines)
  const used = subtotal.lt(credits) ? subtotal : credits
  return {
    amounts: invoiceAmounts(currency, lines, { credits: used, amountPaid }),
    shares: charges.map(({ id }) => ({ id, lineDiscounts: zero, invoiceDiscounts: zero, tax: zero })),
    ...{ lineDiscounts: [], invoiceDiscounts: [], taxes: [] },
  }
}

type Amounts = Map<string, Decimal>

function discountOn(left: Decimal | undefined, discount: Discount, currency: string, of: string): Decimal {
  assert(left, `the discount ${discount.id} is of a charge, and ${of} is none`)
  if (discount.kind === 'percentage') {
    assert(!isNegative(discount.percent), `the discount ${discount.id} is not negative`)
    const amount = percentage(left, discount.percent, currency)
    return amount.gt(left) ? left : amount
  }
  assert(
    !isNegative(discount.amount) && isWholeUnits(discount.amount, currency),
    `the discount ${discount.id} is an amount in whole units of ${currency}`,
  )
  return discount.amount.gt(left) ? left : discount.amount
}

function percentage(of: Decimal, percent: Decimal, currency: string): Decimal {
  return roundedQuotient(of.times(percent), hundred, currency)
}

const hundred = decimalFromInteger(100)

function targets(left: Amounts): AllocationTarget[] {
  return [...left].map(([id, weight]) => ({ id, weight }))
}

function takeOff(left: Amounts, taken: Amounts, shares: readonly { id: string; share: Decimal }[]): void {
  for (const { id, share } of shares) {
    left.set(id, (left.get(id) ?? zero).minus(share))
    add(taken, id, share)
  }
}

function add(sums: Amounts, id: string, amount: Decimal): void {
  sums.set(id, (sums.get(id) ?? zero).plus(amount))
}

function total(applied: readonly AppliedAmount[]): Decimal {
  return sumOfAmounts(applied)
}
