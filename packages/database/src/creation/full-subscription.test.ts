import { createTestDatabase, insertMonthlySubscriptions } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { getPlan, insertPlan } from '../catalog/plans.ts'
import { readNow } from '../connection/clock.ts'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { getCustomer, insertCustomer } from '../customers/customers.ts'
import { getInvoice } from '../invoices/invoices.ts'
import { listLineItems } from '../line-items/line-item-search.ts'
import { getSubscription } from '../subscriptions/subscription-search.ts'
import { getFullSubscription } from './full-subscription.ts'

const databases = await createTestDatabase()
afterAll(() => databases[Symbol.asyncDispose]())

const manyDigits = '12345678901234567.123456789012345678'

async function addInvoice(scoped: Scoped, customerId: string, subscriptionId: string, now: Date) {
  const id = newId('invoice')
  const invoice = {
    ...{ id, customer_id: customerId, subscription_id: subscriptionId, currency: 'usd' },
    ...({ billing_period: 'MONTHLY', invoice_type: 'SUBSCRIPTION', billing_reason: 'MANUAL' } as const),
    ...({
      request_key: id,
      description: '',
      invoice_status: 'FINALIZED',
      payment_status: 'PENDING',
    } as const),
    ...{ billing_sequence: null, period_start: now, period_end: new Date(now.getTime() + 1) },
    ...{ subtotal: manyDigits, total_discount: '0', total_tax: '0', total_prepaid_credits_applied: '0' },
    ...{ total: manyDigits, amount_paid: '0', amount_due: manyDigits },
    ...{ issue_date: now, due_date: null, finalized_at: now, paid_at: null, voided_at: null },
  }
  const made = { created_at: now, updated_at: now, created_by: 'user', updated_by: 'user' }
  const row = { ...invoice, ...made, environment_id: scoped.scope.environmentId, invoice_number: id }
  await scoped.db
    .insertInto('invoices')
    .values({ ...row, usage_snapshot: null })
    .execute()
  return id
}

test('one statement gives what the reads of its parts give, to the last digit and the millisecond', async () => {
  const scoped = await databases.newTenant()
  const now = await readNow(scoped)
  const planId = (await insertPlan(scoped, { name: 'Plan' }, now)).id
  const customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  const [id = ''] = await insertMonthlySubscriptions(scoped, { planId, customerId, count: 2 })
  expect((await getFullSubscription(scoped, id)).latestInvoice).toBeUndefined()
  for (const name of ['a', 'b']) {
    const price = newId('price')
    await sql`insert into prices (id, environment_id, plan_id, root_price_id, currency, amount, type, billing_model,
        billing_period, billing_period_count, invoice_cadence, display_name, start_date, created_at, updated_at, created_by, updated_by)
      values (${price}, ${scoped.scope.environmentId}, ${planId}, ${price}, 'usd', 1, 'FIXED', 'FLAT_FEE', 'MONTHLY', 1, 'ADVANCE',
        ${name}, ${now}, ${now}, ${now}, 'user', 'user')`.execute(scoped.db)
    await scoped.db
      .insertInto('subscription_line_items')
      .values({
        ...{ id: newId('lineItem'), environment_id: scoped.scope.environmentId, subscription_id: id },
        ...{ price_id: price, quantity: manyDigits, start_date: now, end_date: null },
        ...{ created_at: now, updated_at: now, created_by: 'user', updated_by: 'user' },
      })
      .execute()
  }
  await addInvoice(scoped, customerId, id, now)
  const newest = await addInvoice(scoped, customerId, id, now)

  const full = await getFullSubscription(scoped, id)
  expect(full.lines).toHaveLength(2)
  expect(full.lines[0]?.quantity).toBe(manyDigits)
  expect(full).toEqual({
    subscription: await getSubscription(scoped, id),
    plan: await getPlan(scoped, planId),
    customer: await getCustomer(scoped, customerId),
    lines: await listLineItems(scoped, [id]),
    latestInvoice: await getInvoice(scoped, newest),
  })
  const theirs = await databases.newTenant()
  await expect(getFullSubscription(theirs, id)).rejects.toMatchObject({ code: 'not_found' })
})
