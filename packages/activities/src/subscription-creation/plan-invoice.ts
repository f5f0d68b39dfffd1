import { type NewInvoice, newId } from '@flexprice/database'
import {
  assert,
  type Decimal,
  dueDate,
  formatDecimal,
  invalid,
  invoiceAmounts,
  isPositive,
  isStorable,
  type Period,
  parseDecimal,
  planCycle,
  rateCycle,
  type Schedule,
  sumDecimals,
} from '@flexprice/domain'
import { type LinePlan, priceOf } from './plan-lines.ts'
import type { PlannedTerms } from './plan-terms.ts'

/** A line that has its id, as the invoice's line points to it. */
export interface IdentifiedLine extends LinePlan {
  readonly id: string
}

export interface InvoicePlan {
  readonly subscriptionId: string
  readonly terms: PlannedTerms
  readonly schedule: Schedule
  readonly lines: readonly IdentifiedLine[]
  readonly now: Date
}

/**
 * The invoice that comes with a subscription: none before its start, a zero one as its trial begins, else
 * the FIXED ADVANCE lines of its first period, if there are any (billing rules, sections 5 and 7). It has
 * no usage, so it is finalized at once; nothing to pay counts as paid.
 *
 * @throws validation_error for an amount that is too large to be stored
 */
export function planInvoice(plan: InvoicePlan): NewInvoice | null {
  const { schedule, terms } = plan
  switch (schedule.phase) {
    case 'scheduled':
      return null
    case 'trialing':
      return invoiceOf(plan, {
        reason: 'SUBSCRIPTION_TRIAL_START',
        period: schedule.currentPeriod,
        charges: [],
      })
    case 'running': {
      const charges = openingCharges(plan)
      if (charges.length === 0) return null
      return invoiceOf(plan, { reason: 'SUBSCRIPTION_CREATE', period: schedule.currentPeriod, charges })
    }
  }
}

/** An opening closes no period, so that no usage is asked for. */
function openingCharges({ schedule, terms, lines }: InvoicePlan) {
  const { grid, currentPeriod } = schedule
  const { end, prorationBehavior } = terms
  const cycle = { grid, start: currentPeriod.start, end, prorationBehavior, externalCustomerId: null }
  const opening = { ...cycle, closes: null, opens: currentPeriod }
  return rateCycle(planCycle(opening, lines.map(openingLine)), [])
}

function openingLine(line: IdentifiedLine) {
  const price = priceOf(line)
  return {
    ...line,
    price,
    chain: line.planPrice.root_price_id,
    metering: null,
    terms: {
      ...price,
      tiers: price.tiers?.map((tier) => ({
        ...tier,
        up_to: tier.up_to === null ? null : String(tier.up_to),
      })),
      transform_quantity:
        price.divide_by === null ? null : { divide_by: price.divide_by, round: price.round },
    },
    quantity: exact(line.quantity),
  }
}

type Charges = ReturnType<typeof openingCharges>

function invoiceOf(
  { subscriptionId, terms, now }: InvoicePlan,
  {
    reason,
    period,
    charges,
  }: { reason: NewInvoice['invoice']['billing_reason']; period: Period; charges: Charges },
): NewInvoice {
  const { currency, customer, plan, timeZone, paymentTerms } = terms
  refuseTooLarge(charges)
  const sums = invoiceAmounts(
    currency,
    charges.map(({ amount }) => ({ kind: 'charge', amount, currency })),
  )
  const isPaid = !isPositive(sums.total)
  return {
    invoice: {
      id: newId('invoice'),
      customer_id: customer.id,
      subscription_id: subscriptionId,
      invoice_type: 'SUBSCRIPTION',
      billing_reason: reason,
      request_key: '',
      invoice_status: 'FINALIZED',
      payment_status: isPaid ? 'SUCCEEDED' : 'PENDING',
      billing_sequence: 1,
      currency,
      billing_period: terms.period,
      period_start: period.start,
      period_end: period.end,
      subtotal: formatDecimal(sums.subtotal),
      total_discount: formatDecimal(sums.discounts),
      total_tax: formatDecimal(sums.tax),
      total_prepaid_credits_applied: formatDecimal(sums.credits),
      total: formatDecimal(sums.total),
      amount_paid: formatDecimal(sums.amountPaid),
      amount_due: formatDecimal(sums.amountDue),
      description: '',
      issue_date: now,
      due_date: paymentTerms && dueDate(now, paymentTerms, timeZone),
      finalized_at: now,
      paid_at: isPaid ? now : null,
      voided_at: null,
    },
    lines: charges.map((charge) => invoiceLine(charge, plan)),
  }
}

function invoiceLine({ line, span, amount, explanation }: Charges[number], plan: PlannedTerms['plan']) {
  return {
    id: newId('invoiceLineItem'),
    subscription_line_item_id: line.id,
    plan_id: plan.id,
    price_id: line.price.id,
    price_type: line.price.type,
    display_name: line.price.display_name || plan.name,
    plan_display_name: plan.name,
    quantity: formatDecimal(line.quantity),
    amount: formatDecimal(amount),
    is_credit: false,
    period_start: span.start,
    period_end: span.end,
    explanation: { ...explanation },
  }
}

function refuseTooLarge(charges: Charges): void {
  const tooLarge = charges.find(({ amount }) => !isStorable(amount))
  if (tooLarge !== undefined || !isStorable(sumDecimals(charges.map(({ amount }) => amount)))) {
    const what = tooLarge ? `the charge of price ${tooLarge.line.price.id}` : 'the first invoice'
    throw invalid([{ path: '', message: `${what} would be larger than 20 digits` }])
  }
}

function exact(text: string): Decimal {
  const value = parseDecimal(text)
  assert(value, `${text} is a decimal`)
  return value
}
