import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { updateCustomer } from '../customers/customers.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import { addMeteredCustomer, addUsageInvoice, type MeteredCustomer } from '../testing/metered-customer.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { appendEvents } from './append-events.ts'
import { listLateEvents, listUnattributedEvents } from './event-attribution.ts'
import { voidEvent } from './void-event.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
let acme: MeteredCustomer
beforeEach(async () => {
  scoped = await stack.newTenant({ clockAt: daysFromNow(40) })
  acme = await addMeteredCustomer(scoped)
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

const addInvoice = (status: 'DRAFT' | 'FINALIZED', handle = scoped) => addUsageInvoice(handle, acme, status)
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
  expect(await late()).toMatchObject([
    { event_id: 'late', invoice_id, subscription_id: acme.subscription_id },
  ])
  // One that had nothing to bill is as closed.
  const skipped = { invoice_status: 'SKIPPED', invoice_number: null, finalized_at: null } as const
  await scoped.db.updateTable('invoices').set(skipped).execute()
  expect(await late()).toMatchObject([{ event_id: 'late', invoice_id }])
  await scoped.db.updateTable('invoices').set({ invoice_status: 'VOIDED', voided_at: now }).execute()
  expect(await late()).toEqual([])
})

test('what is used in the last period of one that is over, whose line came when that was billed, is listed', async () => {
  await addInvoice('FINALIZED')
  await scoped.db.deleteFrom('invoice_line_items').execute()
  const over = { subscription_status: 'cancelled', end_date: daysFromNow(31) } as const
  await scoped.db.updateTable('subscriptions').set(over).execute()
  await send('of no line')
  expect(await unattributed()).toEqual(['of no line period_closed'])
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

test('an event whose invoice is being written closed meanwhile is on that invoice', async () => {
  await send('counted')
  const rated = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const billing = inTransaction(scoped, async (transaction) => {
    await transaction.db.selectFrom('subscriptions').select('id').forUpdate().execute()
    const id = await addInvoice('FINALIZED', transaction)
    rated.resolve()
    await end.promise
    return id
  })
  await rated.promise
  const refused = voiding('counted').catch((error: unknown) => error)
  await waitForLock(stack.ownerUrl)
  end.resolve()
  expect(await refused).toMatchObject({ code: 'in_use', details: { invoice_id: await billing } })
})

test('an external id cannot change once events name it', async () => {
  await updateCustomer(scoped, acme.customer_id, { external_id: 'acme-2' }, now)
  await updateCustomer(scoped, acme.customer_id, { external_id: 'acme' }, now)
  await send('used')
  await expect(
    updateCustomer(scoped, acme.customer_id, { external_id: 'acme-2' }, now),
  ).rejects.toMatchObject({
    code: 'in_use',
    details: { fields: [{ path: 'external_id' }] },
  })
  await updateCustomer(scoped, acme.customer_id, { external_id: 'acme', name: 'Same' }, now)
})
