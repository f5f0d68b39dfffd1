import type { CreateSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import type { SubscriptionCreation } from '@flexprice/database/creation'
import type { CustomerFacts, PlanFacts, SubscriptionFacts } from '@flexprice/database/subscriptions'
import { assert, type FieldProblem, invalid, notFound } from '@flexprice/domain'
import { parseCurrency } from '@flexprice/domain/money'
import { type BillingCycle, isRecurring, type RecurringPeriod } from '@flexprice/domain/time'

/** What a request means, its defaults filled in. */
export interface PlannedTerms {
  readonly customer: CustomerFacts
  readonly plan: PlanFacts
  readonly currency: string
  readonly period: RecurringPeriod
  readonly count: number
  readonly timeZone: string
  readonly start: Date
  readonly end: Date | null
  /** What lies before counts as billed. */
  readonly billFrom: Date | null
  readonly billingCycle: BillingCycle
  readonly paymentBehavior: Row['payment_behavior']
  readonly collectionMethod: Row['collection_method']
  readonly prorationBehavior: Row['proration_behavior']
  readonly paymentTerms: Row['payment_terms']
}

type Row = SubscriptionCreation['subscription']

/** @throws not_found for a customer or plan that is not there; validation_error */
export function plannedTerms(
  request: CreateSubscriptionRequest,
  facts: SubscriptionFacts,
  now: Date,
): PlannedTerms {
  const customer = customerOf(request, facts)
  const plan = facts.plans.get(request.plan_id)
  if (!plan) throw notFound('Plan', request.plan_id)
  const currency = parseCurrency(request.currency)
  assert(currency !== undefined && isRecurring(request.billing_period), 'the schema refuses others')
  const start = request.start_date ?? now
  const end = request.end_date ?? null
  if (end && end <= start) throw invalid([endBeforeStart(request)])
  return {
    customer,
    plan,
    currency,
    period: request.billing_period,
    count: request.billing_period_count ?? 1,
    timeZone: request.timezone || customer.timezone || 'UTC',
    start,
    end,
    billFrom: request.bill_from ?? null,
    billingCycle: request.billing_cycle ?? 'anniversary',
    paymentBehavior: request.payment_behavior ?? 'default_active',
    collectionMethod: request.collection_method ?? 'charge_automatically',
    prorationBehavior: request.proration_behavior ?? 'none',
    paymentTerms: request.payment_terms ?? null,
  }
}

function customerOf(request: CreateSubscriptionRequest, facts: SubscriptionFacts): CustomerFacts {
  const { customer_id: id, external_customer_id: externalId } = request
  if (id === undefined) {
    assert(externalId !== undefined, 'the schema wants one of the two')
    const customer = facts.customersByExternalId.get(externalId)
    if (!customer) throw notFound('Customer', externalId)
    return customer
  }
  const customer = facts.customersById.get(id)
  if (!customer) throw notFound('Customer', id)
  if (externalId !== undefined && customer.external_id !== externalId) {
    throw invalid([{ path: 'external_customer_id', message: 'is not that of customer_id' }])
  }
  return customer
}

function endBeforeStart({ start_date }: CreateSubscriptionRequest): FieldProblem {
  return { path: 'end_date', message: `must be after ${start_date ? 'start_date' : 'now, when it starts'}` }
}
