import type { NewInvoice } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { planCycle, rateCycle } from '@flexprice/domain/cycle'
import { type Decimal, parseDecimal } from '@flexprice/domain/money'
import type { Schedule } from '@flexprice/domain/subscription'
import { dueDate, type Period } from '@flexprice/domain/time'
import { draftInvoice, refuseTooLarge, settleCharges, withLineIds } from '../invoicing/draft-invoice.ts'
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
 * the FIXED ADVANCE lines of its first period, if there are any (billing rules, sections 5 and 7): a draft, which
 * has no usage, so that it is closed in the transaction that writes it.
 *
 * @throws validation_error for an amount that is too large to be stored
 */
export function planInvoice(plan: InvoicePlan): NewInvoice | null {
  const { schedule } = plan
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
function openingCharges({ schedule, terms, lines, now }: InvoicePlan) {
  const { grid, currentPeriod } = schedule
  const { end, billFrom, prorationBehavior } = terms
  const life = { start: currentPeriod.start, end, billFrom }
  const cycle = { grid, ...life, prorationBehavior, externalCustomerId: null }
  const opening = { ...cycle, closes: null, opens: currentPeriod, openedAt: now }
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

function invoiceOf(
  { subscriptionId, terms, schedule, now }: InvoicePlan,
  {
    reason,
    period,
    charges,
  }: {
    reason: NewInvoice['invoice']['billing_reason']
    period: Period
    charges: ReturnType<typeof openingCharges>
  },
): NewInvoice {
  const { currency, customer, plan, timeZone, paymentTerms } = terms
  const identified = withLineIds(charges)
  refuseTooLarge(identified)
  const draft = draftInvoice({
    ...{ customerId: customer.id, subscriptionId, plan, currency, reason, period },
    grid: schedule.grid,
    charges: identified,
    now,
    settlement: settleCharges(currency, identified),
  })
  const due_date = paymentTerms && dueDate(now, paymentTerms, timeZone)
  return { ...draft, invoice: { ...draft.invoice, due_date } }
}

function exact(text: string): Decimal {
  const value = parseDecimal(text)
  assert(value, `${text} is a decimal`)
  return value
}
