import type { Decimal } from './decimal.ts'
import type { InvoiceAmounts, InvoiceLineAmount } from './invoice.ts'

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

export declare function settleInvoice(
  currency: string,
  lines: readonly SettledLine[],
  adjustments: Adjustments,
): Settlement
