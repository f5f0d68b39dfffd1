import { newId, type SubscriptionCreation, type SubscriptionFacts } from '@flexprice/database'
import { invalid, linesOf, type Schedule, scheduleOf, trialDays } from '@flexprice/domain'
import { beginningStatus } from './beginning-status.ts'
import { type IdentifiedLine, planInvoice } from './plan-invoice.ts'
import { applyOverrides, priceOf } from './plan-lines.ts'
import { type PlannedTerms, plannedTerms } from './plan-terms.ts'
import type { SubscriptionOrder } from './subscription-order.ts'

/** A draft that is activated: it keeps its id, and follows what has become of its plan's prices. */
export interface DraftToActivate {
  readonly subscriptionId: string
}

/**
 * Everything that a subscription begins with, from what was asked for and what is there (billing rules,
 * section 7). Pure but for the new ids.
 *
 * @throws not_found for a customer or plan that is not there; validation_error that names the field
 */
export function planSubscription(
  { request, wire, idempotencyKey, requestHash }: SubscriptionOrder,
  facts: SubscriptionFacts,
  now: Date,
  draft?: DraftToActivate,
): SubscriptionCreation {
  const terms = plannedTerms(request, facts, now)
  const subscriptionId = draft?.subscriptionId ?? newId('subscription')
  const planned = linesOf(terms, terms.plan.prices).filter(({ start }) => !terms.end || start < terms.end)
  if (planned.length === 0) throw noCompatiblePrice(terms)
  const overrides = {
    overrides: request.override_line_items ?? [],
    chains: new Map(terms.plan.prices.map((price) => [price.id, price.root_price_id])),
    byChain: draft !== undefined,
  }
  const lines = applyOverrides(subscriptionId, planned, overrides).map((line) => ({
    ...line,
    id: newId('lineItem'),
  }))
  const trial = trialDays(
    request.trial_period_days,
    planned.map(({ price }) => price),
  )
  if ('problem' in trial) throw invalid([trial.problem])
  const billingCycle = request.billing_cycle ?? 'anniversary'
  const schedule = scheduleOf(
    { ...terms, billingCycle, billingAnchor: request.billing_anchor, trialDays: trial.days },
    now,
  )
  refuseFarPeriods(schedule)
  const prorationBehavior = request.proration_behavior ?? 'none'
  const paymentTerms = request.payment_terms ?? null
  const isDraft = request.subscription_status === 'draft' && draft === undefined
  const invoice = isDraft
    ? null
    : planInvoice({ subscriptionId, terms, schedule, lines, prorationBehavior, paymentTerms, now })
  const paymentBehavior = request.payment_behavior ?? 'default_active'
  const collectionMethod = request.collection_method ?? 'charge_automatically'
  return {
    subscription: {
      id: subscriptionId,
      customer_id: terms.customer.id,
      plan_id: terms.plan.id,
      currency: terms.currency,
      billing_period: terms.period,
      billing_period_count: terms.count,
      billing_cycle: billingCycle,
      billing_anchor: schedule.grid.anchor,
      timezone: terms.timeZone,
      start_date: terms.start,
      end_date: terms.end,
      current_period_start: schedule.currentPeriod.start,
      current_period_end: schedule.currentPeriod.end,
      subscription_status: isDraft
        ? 'draft'
        : beginningStatus({ schedule, invoice, paymentBehavior, collectionMethod }),
      trial_start: schedule.trial?.start ?? null,
      trial_end: schedule.trial?.end ?? null,
      next_billing_at: isDraft ? null : schedule.nextBillingAt,
      payment_behavior: paymentBehavior,
      proration_behavior: prorationBehavior,
      collection_method: collectionMethod,
      payment_terms: paymentTerms,
      idempotency_key: idempotencyKey,
      request_hash: requestHash,
      draft_request: isDraft ? wire : null,
      activated_at: null,
      lookup_key: request.lookup_key || null,
      metadata: request.metadata ?? {},
      synced_price_sequence: terms.plan.price_sequence,
    },
    prices: lines.flatMap(({ ownPrice }) => (ownPrice ? [ownPrice] : [])),
    lines: lines.map((line) => lineRow(subscriptionId, line)),
    invoice,
  }
}

function lineRow(subscription_id: string, line: IdentifiedLine) {
  const { id, quantity, start, end } = line
  return {
    id,
    subscription_id,
    price_id: priceOf(line).id,
    quantity,
    start_date: start,
    end_date: end,
    ended_by: end ? ('price' as const) : null,
    metadata: null,
  }
}

function noCompatiblePrice({ plan, currency, period, count }: PlannedTerms): Error {
  const message = `has no price in ${currency} each ${count} × ${period} that is at work at or after the start`
  return invalid([{ path: 'plan_id', message: `plan ${plan.id} ${message}` }])
}

/** The last year that the database and the wire can write. */
const yearMax = 9_999

function refuseFarPeriods({ currentPeriod, trial }: Schedule): void {
  const last = trial ?? currentPeriod
  if (last.end.getUTCFullYear() <= yearMax && currentPeriod.end.getUTCFullYear() <= yearMax) return
  throw invalid([
    { path: 'billing_period_count', message: `the first period ends after the year ${yearMax}` },
  ])
}
