import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer } from '../customers/customers.ts'
import {
  addLineItem,
  addMeteredFeature,
  addPlan,
  addPrice,
  addSubscription,
  daysFromNow,
  now,
} from './catalog-rows.ts'

/** The customer `acme`, whose calls in the EU and the US a line meters for 31 days. */
export interface MeteredCustomer {
  readonly customer_id: string
  readonly subscription_id: string
  readonly price_id: string
}

export async function addMeteredCustomer(scoped: Scoped): Promise<MeteredCustomer> {
  const customer_id = (await insertCustomer(scoped, { external_id: 'acme', name: 'Acme' }, now)).id
  const { id: plan_id } = await addPlan(scoped)
  const feature = await addMeteredFeature(scoped, 'call')
  const price = { plan_id, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id: feature.meter_id } as const
  const price_id = (await addPrice(scoped, { ...price, filter_values: { region: ['eu', 'us'] } })).id
  const subscription_id = (await addSubscription(scoped, { plan_id, customer_id })).id
  await addLineItem(scoped, { subscription_id, price_id, end_date: daysFromNow(31) })
  return { customer_id, subscription_id, price_id }
}

/** Its invoice of those days, as the rating that finalizes leaves it. */
export async function addUsageInvoice(
  { db, scope }: Scoped,
  { customer_id, subscription_id, price_id }: MeteredCustomer,
  status: 'DRAFT' | 'FINALIZED',
): Promise<string> {
  const id = newId('invoice')
  const audit = { created_at: now, updated_at: now, created_by: 'user_test', updated_by: 'user_test' }
  const record = { environment_id: scope.environmentId, customer_id, subscription_id, ...audit }
  const period = { period_start: now, period_end: daysFromNow(31) }
  const final = {
    invoice_number: `INV-${id}`,
    finalized_at: now,
    usage_snapshot: sql<string>`pg_current_snapshot()`,
  }
  await db
    .insertInto('invoices')
    .values({
      id,
      ...record,
      ...period,
      invoice_type: 'SUBSCRIPTION',
      billing_reason: 'SUBSCRIPTION_CYCLE',
      invoice_status: status,
      payment_status: 'PENDING',
      currency: 'usd',
      subtotal: '0',
      total: '0',
      amount_due: '0',
      ...(status === 'FINALIZED' ? final : {}),
    })
    .execute()
  const line = {
    price_id,
    price_type: 'USAGE',
    currency: 'usd',
    quantity: '0',
    amount: '0',
    explanation: '{}',
  } as const
  await db
    .insertInto('invoice_line_items')
    .values({ id: newId('invoiceLineItem'), invoice_id: id, ...record, ...period, ...line })
    .execute()
  return id
}
