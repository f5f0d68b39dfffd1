import type { CreateSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import type { PriceRow } from '@flexprice/database/catalog'
import { newId } from '@flexprice/database/connection'
import type { NewLine, SubscriptionCreation } from '@flexprice/database/creation'
import type { NewCreditGrant } from '@flexprice/database/grants'
import type { SubscriptionFacts } from '@flexprice/database/subscriptions'
import { invalid } from '@flexprice/domain'
import {
  billFromProblem,
  linesOf,
  type Schedule,
  scheduleOf,
  trialDays,
} from '@flexprice/domain/subscription'
import { beginningStatus } from './beginning-status.ts'
import { creationWarnings } from './creation-warnings.ts'
import { excludedLine, includePrices } from './include-prices.ts'
import { planEntitlements } from './plan-entitlements.ts'
import { ownGrants, planApplications } from './plan-grants.ts'
import { type IdentifiedLine, planInvoice } from './plan-invoice.ts'
import { applyOverrides, priceOf } from './plan-lines.ts'
import { type PlannedTerms, plannedTerms } from './plan-terms.ts'
import { type Siblings, siblingOf } from './siblings.ts'
import type { SubscriptionOrder } from './subscription-order.ts'

/** A draft that is activated: it keeps its id, and follows what has become of its plan's prices. */
export interface DraftToActivate {
  readonly subscriptionId: string
  /** Its own, which it has since it was asked for, and may have been changed meanwhile. */
  readonly grants: readonly NewCreditGrant[]
}

/**
 * Everything that a subscription begins with, from what was asked for and what is there (billing rules,
 * section 7). Pure but for the new ids.
 *
 * @throws not_found for a customer or plan that is not there; validation_error that names the field
 */
export function planSubscription(
  order: SubscriptionOrder,
  facts: SubscriptionFacts & { readonly siblings?: Siblings },
  now: Date,
  draft?: DraftToActivate,
): SubscriptionCreation {
  const { request } = order
  const terms = plannedTerms(request, facts, now)
  const subscriptionId = draft?.subscriptionId ?? newId('subscription')
  const planned = linesOf(terms, terms.plan.prices).filter(({ start }) => !terms.end || start < terms.end)
  if (planned.length === 0) throw noCompatiblePrice(terms)
  const chains = new Map(terms.plan.prices.map((price) => [price.id, price.root_price_id]))
  const { included, excluded } = includePrices(planned, request.include_price_ids ?? [], chains)
  const lines = applyOverrides(subscriptionId, included, {
    overrides: request.override_line_items ?? [],
    chains,
    byChain: draft !== undefined,
    meters: facts.meters,
  }).map((line) => ({ ...line, id: newId('lineItem') }))
  const schedule = scheduleFor(
    request,
    terms,
    included.map(({ price }) => price),
    now,
  )
  const isDraft = request.subscription_status === 'draft' && draft === undefined
  const invoice = isDraft ? null : planInvoice({ subscriptionId, terms, schedule, lines, now })
  const status = isDraft ? 'draft' : beginningStatus({ schedule, invoice, ...terms })
  const row = rowOf(order, terms, schedule, isDraft)
  const grants = draft ? draft.grants : ownGrants(request, { ...row, id: subscriptionId })
  return {
    subscription: {
      id: subscriptionId,
      subscription_status: status,
      ...row,
      warnings: isDraft
        ? []
        : creationWarnings(schedule, {
            ...{ ...terms, lines, excluded, meters: facts.meters, now },
            sibling: siblingOf(terms.customer, terms.plan.id, facts.siblings),
          }),
    },
    prices: lines.flatMap(({ ownPrice }) => (ownPrice ? [ownPrice] : [])),
    lines: [
      ...lines.map((line) => lineRow(subscriptionId, writtenLine(line))),
      ...excluded.map((line) => lineRow(subscriptionId, { id: newId('lineItem'), ...excludedLine(line) })),
    ],
    // A draft's are its own since it was asked for, and may have been changed meanwhile.
    entitlements: draft
      ? []
      : planEntitlements({ id: subscriptionId, planId: terms.plan.id }, request, facts.entitlements),
    grants: draft ? [] : grants,
    applications: isDraft
      ? []
      : planApplications([...terms.plan.grants, ...grants], { ...row, id: subscriptionId }),
    invoice,
  }
}

function scheduleFor(
  request: CreateSubscriptionRequest,
  terms: PlannedTerms,
  prices: readonly PriceRow[],
  now: Date,
): Schedule {
  // What comes from elsewhere has had its trial there; the request cannot ask for both.
  const trial = terms.billFrom ? { days: 0 } : trialDays(request.trial_period_days, prices)
  if ('problem' in trial) throw invalid([trial.problem])
  const { billFrom, start, end } = terms
  const asked = { ...terms, billingAnchor: request.billing_anchor, trialDays: trial.days }
  const schedule = scheduleOf({ ...asked, billFrom: null }, now)
  const problem = billFrom && billFromProblem(billFrom, { grid: schedule.grid, lifetime: { start, end } })
  if (problem) throw invalid([problem])
  const placed = billFrom ? scheduleOf(asked, now) : schedule
  refuseFarPeriods(placed)
  return placed
}

function rowOf(
  { request, wire, idempotencyKey, requestHash }: SubscriptionOrder,
  terms: PlannedTerms,
  { grid, currentPeriod, trial, nextBillingAt }: Schedule,
  isDraft: boolean,
): Omit<SubscriptionCreation['subscription'], 'id' | 'subscription_status' | 'warnings'> {
  return {
    customer_id: terms.customer.id,
    plan_id: terms.plan.id,
    currency: terms.currency,
    billing_period: terms.period,
    billing_period_count: terms.count,
    billing_cycle: terms.billingCycle,
    billing_anchor: grid.anchor,
    timezone: terms.timeZone,
    start_date: terms.start,
    end_date: terms.end,
    current_period_start: currentPeriod.start,
    current_period_end: currentPeriod.end,
    trial_start: trial?.start ?? null,
    trial_end: trial?.end ?? null,
    bill_from: terms.billFrom,
    next_billing_at: isDraft ? null : nextBillingAt,
    payment_behavior: terms.paymentBehavior,
    proration_behavior: terms.prorationBehavior,
    collection_method: terms.collectionMethod,
    payment_terms: terms.paymentTerms,
    idempotency_key: idempotencyKey,
    request_hash: requestHash,
    draft_request: isDraft ? wire : null,
    activated_at: null,
    lookup_key: request.lookup_key || null,
    metadata: request.metadata ?? {},
    synced_price_sequence: terms.plan.price_sequence,
  }
}

interface WrittenLine {
  readonly id: string
  readonly price: { readonly id: string }
  readonly quantity: string
  readonly start: Date
  readonly end: Date | null
  readonly endedBy: NewLine['ended_by']
}

function writtenLine(line: IdentifiedLine): WrittenLine {
  return { ...line, price: priceOf(line), endedBy: line.end ? 'price' : null }
}

function lineRow(
  subscription_id: string,
  { id, price, quantity, start, end, endedBy }: WrittenLine,
): NewLine {
  return {
    id,
    subscription_id,
    price_id: price.id,
    quantity,
    start_date: start,
    end_date: end,
    ended_by: endedBy,
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
