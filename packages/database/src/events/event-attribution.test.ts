import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer, updateCustomer } from '../customers/customers.ts'
import {
  addLineItem,
  addMeteredFeature,
  addPlan,
  addPrice,
  addSubscription,
  daysFromNow,
  now,
} from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { appendEvents } from './append-events.ts'
import { listLateEvents, listUnattributedEvents } from './event-attribution.ts'
import { voidEvent } from './void-event.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
let customer_id: string
let subscription_id: string
let price_id: string
beforeEach(async () => {
  scoped = await stack.newTenant({ clockAt: daysFromNow(40) })
  customer_id = (await insertCustomer(scoped, { external_id: 'acme', name: 'Acme' }, now)).id
  const { id: plan_id } = await addPlan(scoped)
  const feature = await addMeteredFeature(scoped, 'call')
  const price = { plan_id, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id: feature.meter_id } as const
  price_id = (await addPrice(scoped, { ...price, filter_values: { region: ['eu', 'us'] } })).id
  subscription_id = (await addSubscription(scoped, { plan_id, customer_id })).id
  await addLineItem(scoped, { subscription_id, price_id, end_date: daysFromNow(31) })
})

async function send(
  eventId: string,
  more: { name?: string; day?: number; region?: string; customer?: string } = {},
) {
  await appendEvents(scoped, [
    {
      eventId,
      eventName: more.name ?? 'call',
      externalCustomerId: more.customer ?? 'acme',
      customerId: null,
      timestamp: daysFromNow(more.day ?? 5).toISOString(),
      source: null,
      properties: { region: more.region ?? 'eu' },
    },
  ])
}

/** As the rating that finalizes leaves it. */
async function addInvoice(status: 'DRAFT' | 'FINALIZED', handle = scoped): Promise<string> {
  const id = newId('invoice')
  const audit = { created_at: now, updated_at: now, created_by: 'user_test', updated_by: 'user_test' }
  const record = { environment_id: scoped.scope.environmentId, customer_id, subscription_id, ...audit }
  const period = { period_start: now, period_end: daysFromNow(31) }
  const final = {
    invoice_number: `INV-${id}`,
    finalized_at: now,
    usage_snapshot: sql<string>`pg_current_snapshot()`,
  }
  await handle.db
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
  await handle.db
    .insertInto('invoice_line_items')
    .values({ id: newId('invoiceLineItem'), invoice_id: id, ...record, ...period, ...line })
    .execute()
  return id
}

const voiding = (eventId: string) =>
  inTransaction(scoped, (transaction) => voidEvent(transaction, eventId, now))
const unattributed = async () =>
  (await listUnattributedEvents(scoped, { pageSize: 10 })).rows.map((row) => `${row.event_id} ${row.reason}`)
const late = async () => (await listLateEvents(scoped, { pageSize: 10 })).rows

test('an event counts where a line meters it at its instant; the others are unattributed, and say why', async () => {
  await send('counts')
  await send('before', { day: -1 })
  await send('at the end', { day: 31 })
  await send('other name', { name: 'other', day: 6 })
  await send('other region', { region: 'asia', day: 7 })
  await send('stranger', { customer: 'nobody', day: 8 })
  expect(await unattributed()).toEqual([
    'before no_line',
    'other name no_line',
    'other region no_line',
    'stranger unknown_customer',
    'at the end no_line',
  ])
})

test('what comes after the rating that finalized is late, whatever its clock says, and what it has counted is not', async () => {
  await send('counted')
  const invoice_id = await addInvoice('FINALIZED')
  await send('late')
  await send('of the next period', { day: 32 })
  await send('not metered', { name: 'other' })
  expect(await late()).toMatchObject([{ event_id: 'late', invoice_id, subscription_id }])
  // One that had nothing to bill is as closed.
  const skipped = { invoice_status: 'SKIPPED', invoice_number: null, finalized_at: null } as const
  await scoped.db.updateTable('invoices').set(skipped).execute()
  expect(await late()).toMatchObject([{ event_id: 'late', invoice_id }])
  await scoped.db.updateTable('invoices').set({ invoice_status: 'VOIDED', voided_at: now }).execute()
  expect(await late()).toEqual([])
})

test('an event on a finalized invoice is not voided, and the refusal names the invoice; a late one is', async () => {
  await send('counted')
  const invoice_id = await addInvoice('FINALIZED')
  await send('late')
  await expect(voiding('counted')).rejects.toMatchObject({
    code: 'in_use',
    message: expect.stringContaining(invoice_id),
    details: { invoice_id },
  })
  await voiding('late')
  expect(await late()).toEqual([])
  expect(await scoped.db.selectFrom('events').select('event_id').execute()).toEqual([{ event_id: 'counted' }])
})

test('an event whose invoice is being finalized meanwhile is on that invoice', async () => {
  await send('counted')
  const id = await addInvoice('DRAFT')
  const rated = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const finalization = inTransaction(scoped, async (transaction) => {
    const final = { invoice_status: 'FINALIZED', invoice_number: 'INV-1', finalized_at: now } as const
    await transaction.db
      .updateTable('invoices')
      .set({ ...final, usage_snapshot: sql<string>`pg_current_snapshot()` })
      .execute()
    rated.resolve()
    await end.promise
  })
  await rated.promise
  const refused = expect(voiding('counted')).rejects.toMatchObject({ details: { invoice_id: id } })
  await waitForLock(stack.ownerUrl)
  end.resolve()
  await finalization
  await refused
})

test('a finalization that has read the events before one was voided fails, and rates once more', async () => {
  await send('voided')
  await addInvoice('DRAFT')
  const finalization = scoped.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (db) => {
      await db.selectFrom('events').select('event_id').execute()
      await voiding('voided')
      await db.updateTable('invoices').set({ description: 'finalized' }).execute()
    })
  await expect(finalization).rejects.toMatchObject({ code: 'service_unavailable' })
})

test('an external id cannot change once events name it', async () => {
  await updateCustomer(scoped, customer_id, { external_id: 'acme-2' }, now)
  await updateCustomer(scoped, customer_id, { external_id: 'acme' }, now)
  await send('used')
  await expect(updateCustomer(scoped, customer_id, { external_id: 'acme-2' }, now)).rejects.toMatchObject({
    code: 'in_use',
    details: { fields: [{ path: 'external_id' }] },
  })
  await updateCustomer(scoped, customer_id, { external_id: 'acme', name: 'Same' }, now)
})
