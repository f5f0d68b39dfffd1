import { type FeatureRow, insertFeature } from '../catalog/features.ts'
import { insertPlan, type PlanRow } from '../catalog/plans.ts'
import { insertPrices, type NewPrice, type PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer } from '../customers/customers.ts'
import type { NewSubscription } from '../subscriptions/subscriptions.ts'
import type { SubscriptionLineItemTable, SubscriptionTable } from '../tables/subscription-tables.ts'

/** Rows for the tests of this package, with as little to say as a test needs; its clock is `now`. */
export const now = new Date('2026-03-15T12:00:00.000Z')

export function daysFromNow(days: number): Date {
  return new Date(now.getTime() + days * dayMs)
}

const dayMs = 86_400_000

export function addPlan(scoped: Scoped, name = 'Pro'): Promise<PlanRow> {
  return insertPlan(scoped, { name }, now)
}

export async function addPrice(
  scoped: Scoped,
  price: Partial<NewPrice> & { plan_id: string },
): Promise<PriceRow> {
  const [row] = await inTransaction(scoped, (transaction) => insertPrices(transaction, [monthly(price)], now))
  if (!row) throw new Error('an insert returns its row')
  return row
}

export function monthly(price: Partial<NewPrice> & { plan_id: string }): NewPrice {
  return {
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    currency: 'usd',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
    ...(price.billing_model === 'TIERED' ? {} : { amount: '10' }),
    ...price,
  }
}

/** A feature that counts the events of its own name. */
export function addMeteredFeature(scoped: Scoped, name = 'API calls'): Promise<FeatureRow> {
  const meter = { name, event_name: name, aggregation_type: 'COUNT', reset_usage: 'BILLING_PERIOD' } as const
  return inTransaction(scoped, (transaction) =>
    insertFeature(transaction, { name, type: 'metered', meter }, now),
  )
}

/** A monthly subscription of a new customer. */
export async function addSubscription(
  scoped: Scoped,
  subscription: { plan_id: string } & Partial<
    Pick<SubscriptionTable, 'customer_id' | 'subscription_status' | 'end_date'>
  >,
): Promise<{ id: string; customer_id: string }> {
  const { environmentId: environment_id, userId } = scoped.scope
  const externalId = newId('customer')
  const customer_id =
    subscription.customer_id ??
    (await insertCustomer(scoped, { external_id: externalId, name: 'Ada' }, now)).id
  const row = {
    id: newId('subscription'),
    environment_id,
    customer_id,
    currency: 'usd',
    billing_period: 'MONTHLY',
    billing_anchor: now,
    start_date: now,
    end_date: null,
    current_period_start: now,
    current_period_end: daysFromNow(31),
    subscription_status: 'active',
    synced_price_sequence: 0,
    ...audit(userId),
    ...subscription,
  } as const
  await scoped.db
    .insertInto('subscriptions')
    .values({ ...row, customer_id })
    .execute()
  return { id: row.id, customer_id }
}

export async function addLineItem(
  scoped: Scoped,
  line: { subscription_id: string; price_id: string } & Partial<
    Pick<SubscriptionLineItemTable, 'end_date' | 'quantity'>
  >,
): Promise<string> {
  const id = newId('lineItem')
  await scoped.db
    .insertInto('subscription_line_items')
    .values({
      id,
      environment_id: scoped.scope.environmentId,
      quantity: '1',
      start_date: now,
      ended_by: line.end_date ? 'user' : null,
      ...audit(scoped.scope.userId),
      ...line,
    })
    .execute()
  return id
}

/** A monthly subscription as its insertion wants it, from `now`. */
export function newSubscription(
  customerId: string,
  subscription: Partial<NewSubscription> = {},
): NewSubscription {
  return {
    customerId,
    currency: 'usd',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: now,
    timezone: 'UTC',
    startDate: now,
    endDate: null,
    currentPeriodStart: now,
    currentPeriodEnd: daysFromNow(31),
    status: 'active',
    ...subscription,
  }
}

function audit(userId: string) {
  return { created_at: now, updated_at: now, created_by: userId, updated_by: userId }
}
