import { insertFeature, insertPlan, insertPrices } from '@flexprice/database/catalog'
import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { insertSubscriptions } from '@flexprice/database/subscriptions'
import type { TestDatabase } from '@flexprice/testing'
import { expect } from 'vitest'

const start = new Date('2026-08-01T00:00:00Z')
const firstEnd = new Date('2026-09-01T00:00:00Z')
const subscriptionsCount = 3

/** An environment with monthly subscriptions since August, none of which is billed yet, by a test clock. */
export interface DueEnvironment {
  readonly scoped: Scoped
  moveClock(to: string): Promise<void>
}

/** Each subscription has 10 in advance, and 0.5 for the one call of August. */
export async function addDueEnvironment(database: TestDatabase, clockAt: string): Promise<DueEnvironment> {
  const scoped = await database.newTenant({ clockAt: start })
  const { id: plan_id } = await insertPlan(scoped, { name: 'Pro' }, start)
  const customer = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, start)
  const meter = {
    name: 'calls',
    event_name: 'call',
    aggregation_type: 'COUNT',
    reset_usage: 'BILLING_PERIOD',
  } as const
  const monthly = {
    plan_id,
    billing_model: 'FLAT_FEE',
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: start,
  } as const
  await inTransaction(scoped, async (transaction) => {
    const { meter_id } = await insertFeature(transaction, { name: 'Calls', type: 'metered', meter }, start)
    const prices = [
      { ...monthly, type: 'FIXED', invoice_cadence: 'ADVANCE', amount: '10' },
      { ...monthly, type: 'USAGE', invoice_cadence: 'ARREAR', amount: '0.5', meter_id },
    ] as const
    await insertPrices(transaction, prices, start)
  })
  const subscription = {
    customerId: customer.id,
    currency: 'usd',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: start,
    timezone: 'UTC',
    startDate: start,
    endDate: null,
    currentPeriodStart: start,
    currentPeriodEnd: firstEnd,
    status: 'active',
  } as const
  const subscriptions = Array.from({ length: subscriptionsCount }, () => subscription)
  await insertSubscriptions(scoped, { planId: plan_id, subscriptions, now: start })
  await scoped.db
    .insertInto('events')
    .values({
      ...{ environment_id: scoped.scope.environmentId, event_id: 'one', event_name: 'call' },
      ...{ external_customer_id: 'ada', customer_id: null, source: null },
      ...{ timestamp: new Date('2026-08-20T00:00:00Z'), ingested_at: start },
    })
    .execute()
  const moveClock = (to: string) => database.moveClock(scoped, new Date(to))
  await moveClock(clockAt)
  return { scoped, moveClock }
}

/** Its invoices in the order of their periods and subscriptions, as far as money and time go. */
export async function billsOf({ scoped: { db } }: DueEnvironment) {
  const rows = await db
    .selectFrom('invoices')
    .select(['subscription_id', 'period_start', 'invoice_status', 'invoice_number', 'total'])
    .orderBy('period_start')
    .orderBy('subscription_id')
    .execute()
  return rows.map(({ period_start, ...row }) => ({ ...row, month: period_start?.toISOString().slice(0, 7) }))
}

/** Each month of each subscription has one invoice; each is final, told once, and its number follows another's. */
export async function expectBilledOnce(due: DueEnvironment, months: readonly string[]): Promise<void> {
  const bills = await billsOf(due)
  const { db } = due.scoped
  const subscriptions = await db
    .selectFrom('subscriptions')
    .select(['id', 'current_period_start'])
    .orderBy('id')
    .execute()
  expect(bills.map(({ month, subscription_id }) => [month, subscription_id])).toEqual(
    months.flatMap((month) => subscriptions.map(({ id }) => [month, id])),
  )
  expect(bills.map(({ total }) => Number(total))).toEqual(
    bills.map(({ month }) => (month === '2026-08' ? 10.5 : 10)),
  )
  // Of each month in which invoices were closed, from one on, without a gap.
  const byMonth = Map.groupBy(bills, ({ invoice_number }) => invoice_number?.slice(0, -6))
  for (const some of byMonth.values()) {
    const numbers = some.map(({ invoice_number }) => Number(invoice_number?.slice(-6)))
    expect(numbers.sort((left, right) => left - right)).toEqual(some.map((_, index) => index + 1))
  }
  const closings = await db.selectFrom('invoice_history').select('to_value').execute()
  expect(closings.filter(({ to_value }) => to_value === 'FINALIZED')).toHaveLength(bills.length)
  const lines = await db.selectFrom('invoice_line_items').select('id').execute()
  expect(lines).toHaveLength(2 * bills.length)
  const moved = `2026-${String(8 + months.length).padStart(2, '0')}`
  const starts = subscriptions.map(({ current_period_start: at }) => at.toISOString().slice(0, 7))
  expect(new Set(starts)).toEqual(new Set([moved]))
  const slices = await db.selectFrom('billing_run_slices').select(['work', 'processed', 'failed']).execute()
  expect(slices.reduce((sum, { processed }) => sum + processed, 0)).toBe(bills.length)
  expect(slices.reduce((sum, { failed }) => sum + failed, 0)).toBe(0)
}
