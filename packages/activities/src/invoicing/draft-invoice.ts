import type { PriceRow } from '@flexprice/database/catalog'
import { newId } from '@flexprice/database/connection'
import type { NewInvoice } from '@flexprice/database/invoices'
import type { StoredExplanation } from '@flexprice/database/tables'
import { invalid } from '@flexprice/domain'
import type { LineCharge, LineExplanation } from '@flexprice/domain/cycle'
import { type LineShare, type Settlement, settleInvoice } from '@flexprice/domain/invoice'
import { type Decimal, formatDecimal, isStorable, sumOfAmounts } from '@flexprice/domain/money'
import type { Grid, Period } from '@flexprice/domain/time'

/** What a subscription's line is charged on an invoice. */
export interface InvoicedCharge extends Pick<LineCharge, 'amount' | 'warnings'> {
  readonly explanation: LineExplanation | StoredExplanation
  readonly line: {
    readonly id: string
    readonly price: Pick<PriceRow, 'id' | 'type' | 'display_name'>
  }
  readonly span: Period
  readonly quantity: Decimal
  /** Of late usage: what line it is added to. */
  readonly late?: { readonly of: string; readonly revision: number }
}

/** With the id that it has as an invoice's line. */
export type WithLineId<Charge> = Charge & { readonly invoiceLineId: string }

export interface InvoiceContent {
  readonly customerId: string
  readonly subscriptionId: string
  readonly plan: { readonly id: string; readonly name: string }
  readonly currency: string
  /** That its usage is rated on. */
  readonly grid: Grid
  readonly reason: NewInvoice['invoice']['billing_reason']
  readonly period: Period
  /** Of one that is not its period's only one; else empty. */
  readonly requestKey?: string
  readonly charges: readonly WithLineId<InvoicedCharge>[]
  readonly settlement: Settlement
  readonly now: Date
}

/** A subscription's invoice as its rows: the one place where charges become an invoice. */
export function draftInvoice(content: InvoiceContent): NewInvoice {
  const { amounts, shares } = content.settlement
  const shareOf = new Map(shares.map((share) => [share.id, share]))
  return {
    invoice: {
      id: newId('invoice'),
      customer_id: content.customerId,
      subscription_id: content.subscriptionId,
      invoice_type: 'SUBSCRIPTION',
      billing_reason: content.reason,
      request_key: content.requestKey ?? '',
      invoice_status: 'DRAFT',
      payment_status: 'PENDING',
      currency: content.currency,
      billing_period: content.grid.period,
      billing_period_count: content.grid.count,
      billing_anchor: content.grid.anchor,
      timezone: content.grid.timeZone,
      period_start: content.period.start,
      period_end: content.period.end,
      subtotal: formatDecimal(amounts.subtotal),
      total_discount: formatDecimal(amounts.discounts),
      total_tax: formatDecimal(amounts.tax),
      total_prepaid_credits_applied: formatDecimal(amounts.credits),
      total: formatDecimal(amounts.total),
      adjustment_amount: formatDecimal(amounts.adjustments),
      amount_due: formatDecimal(amounts.amountDue),
      amount_paid: formatDecimal(amounts.amountPaid),
      description: '',
      issue_date: null,
      due_date: null,
      finalize_at: null,
      finalized_at: null,
      paid_at: null,
      voided_at: null,
      last_computed_at: content.now,
    },
    lines: content.charges.map((charge) => lineOf(charge, content.plan, shareOf.get(charge.invoiceLineId))),
  }
}

function lineOf(
  {
    invoiceLineId: id,
    line,
    span,
    quantity,
    amount,
    explanation,
    warnings,
    late,
  }: WithLineId<InvoicedCharge>,
  { id: plan_id, name: plan_display_name }: InvoiceContent['plan'],
  share: LineShare | undefined,
): NewInvoice['lines'][number] {
  return {
    id,
    subscription_line_item_id: line.id,
    plan_id,
    price_id: line.price.id,
    price_type: line.price.type,
    display_name: line.price.display_name || plan_display_name,
    plan_display_name,
    quantity: formatDecimal(quantity),
    amount: formatDecimal(amount),
    is_credit: false,
    line_item_discount: formatShare(share?.lineDiscounts),
    invoice_level_discount: formatShare(share?.invoiceDiscounts),
    period_start: span.start,
    period_end: span.end,
    explanation,
    warnings,
    late_of: late?.of ?? null,
    revision: late?.revision ?? null,
  }
}

export function withLineIds<Charge extends InvoicedCharge>(charges: readonly Charge[]): WithLineId<Charge>[] {
  return charges.map((charge) => ({ ...charge, invoiceLineId: newId('invoiceLineItem') }))
}

/** Discounts, taxes and prepaid credits come with their own issues. */
export function settleCharges(currency: string, charges: readonly WithLineId<InvoicedCharge>[]): Settlement {
  return settleInvoice(
    currency,
    charges.map(({ invoiceLineId: id, amount }) => ({ id, kind: 'charge', amount, currency })),
    {},
  )
}

/** @throws validation_error for an amount that is too large to be stored */
export function refuseTooLarge(charges: readonly InvoicedCharge[]): void {
  const tooLarge = charges.find(({ amount }) => !isStorable(amount))
  if (tooLarge !== undefined) {
    const { line, quantity } = tooLarge
    const what = `the charge of price ${line.price.id} for a quantity of ${formatDecimal(quantity)}`
    throw invalid([{ path: '', message: `${what} would be larger than 20 digits` }])
  }
  if (!isStorable(sumOfAmounts(charges))) {
    throw invalid([{ path: '', message: 'the invoice would be larger than 20 digits' }])
  }
}

function formatShare(share: Decimal | undefined): string {
  return share === undefined ? '0' : formatDecimal(share)
}
