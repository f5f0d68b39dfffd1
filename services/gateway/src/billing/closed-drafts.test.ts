import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf, runOf, startBilling } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const inAugust = '2026-08-05T00:00:00Z'

/** The one invoice of August. */
async function augustOf(caller: Caller, id: string) {
  const [invoice] = await cyclesOf(caller, id)
  if (!invoice) throw new Error('August is not billed')
  return invoice
}

const events = z.object({ items: z.array(z.looseObject({ timestamp: z.string() })) })

/** When the customer's events were that came too late to be billed. */
async function lateOf(caller: Caller, externalId: string): Promise<string[]> {
  const answer = await caller.call('GET', `/events/late?external_customer_id=${externalId}&limit=200`)
  return events
    .parse(answer.body)
    .items.map(({ timestamp }) => timestamp)
    .toSorted()
}

test('a draft is closed once its delay is over, not before: what came meanwhile counts, FIXED lines stay as written', async () => {
  const caller = await newClockedCaller(gateway, inAugust)
  const subscription = await addCharged(caller)
  await caller.moveClock('2026-09-01T00:10:00Z')
  expect(await bill(caller)).toMatchObject({ invoices_created: 1, invoices_finalized: 0 })
  await subscription.use('2026-08-20T00:00:00Z')
  // What FIXED lines bill was settled with the draft, whatever becomes of them.
  await caller.scoped.db.updateTable('subscription_line_items').set({ quantity: '5' }).execute()
  await caller.moveClock('2026-09-01T00:59:59.999Z')
  expect(await bill(caller)).toMatchObject({ due: 0 })
  expect(await augustOf(caller, subscription.id)).toMatchObject({ invoice_status: 'DRAFT', total: '10' })
  await caller.moveClock('2026-09-01T01:00:00Z')
  expect(await bill(caller)).toMatchObject({ invoices_created: 0, invoices_finalized: 1 })
  const closed = { invoice_status: 'FINALIZED', total: '10.5', finalized_at: '2026-09-01T01:00:00.000Z' }
  expect(await augustOf(caller, subscription.id)).toMatchObject(closed)
  await subscription.use('2026-08-21T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ due: 0 })
  expect(await augustOf(caller, subscription.id)).toMatchObject(closed)
  expect(await lateOf(caller, subscription.externalId)).toEqual(['2026-08-21T00:00:00.000Z'])
})

test('the delay is the environment’s, and 0 closes at once', async () => {
  const caller = await newClockedCaller(gateway, inAugust)
  const settings = `/environments/${caller.scoped.scope.environmentId}/settings`
  const { id, planId } = await addCharged(caller)
  await caller.call('PUT', settings, { finalization_delay_hours: 72 })
  await caller.moveClock('2026-09-01T00:00:00Z')
  await bill(caller)
  await caller.moveClock('2026-09-03T23:59:59.999Z')
  await bill(caller)
  expect(await augustOf(caller, id)).toMatchObject({ invoice_status: 'DRAFT' })
  await caller.moveClock('2026-09-04T00:00:00Z')
  await bill(caller)
  expect(await augustOf(caller, id)).toMatchObject({ invoice_status: 'FINALIZED' })
  await caller.call('PUT', settings, { finalization_delay_hours: 0 })
  const other = await addCharged(caller, { planId, start: '2026-08-04T00:00:00Z' })
  await bill(caller)
  expect(await augustOf(caller, other.id)).toMatchObject({ invoice_status: 'FINALIZED' })
})

test('an event that commits while its invoice is finalized is late or counted, never lost and never both', async () => {
  const caller = await newClockedCaller(gateway, inAugust)
  const subscription = await addCharged(caller)
  await caller.moveClock('2026-09-01T00:10:00Z')
  await bill(caller)
  await caller.moveClock('2026-09-01T02:00:00Z')
  // Begun before the invoice is finalized, and committed after it.
  const spanning = await openEvent(caller, subscription.externalId)
  let written = 0
  const run = await startBilling(caller)
  const isOpen = async () => (await augustOf(caller, subscription.id)).invoice_status === 'DRAFT'
  const writeWhileOpen = async () => {
    do await subscription.use(new Date(Date.UTC(2026, 7, 10) + ++written).toISOString())
    while (await isOpen())
  }
  await Promise.all([writeWhileOpen(), writeWhileOpen(), writeWhileOpen()])
  expect(await runOf(caller, run)).toMatchObject({ invoices_finalized: 1, subscriptions_failed: 0 })
  await spanning.commit()
  await subscription.use('2026-08-11T00:00:00.000Z')
  const { total } = await augustOf(caller, subscription.id)
  const counted = (Number(total) - 10) / 0.5
  const late = await lateOf(caller, subscription.externalId)
  expect(counted).toBeGreaterThan(0)
  expect(late).toEqual(expect.arrayContaining(['2026-08-11T00:00:00.000Z', spanning.timestamp]))
  expect(counted + late.length).toBe(written + 2)
})

test('drafts of a subscription that wait together are closed in the order of their periods', async () => {
  const caller = await newClockedCaller(gateway, inAugust)
  const first = await addCharged(caller)
  const all = [first, await addCharged(caller, first), await addCharged(caller, first)]
  for (const [at, finalize_at] of [
    ['2026-09-01T00:10:00Z', '2026-10-01T02:00:00Z'],
    ['2026-10-01T00:10:00Z', '2026-10-01T01:00:00Z'],
  ] as const) {
    await caller.moveClock(at)
    await bill(caller)
    // As if the first had waited longer, by another delay, say.
    await caller.scoped.db
      .updateTable('invoices')
      .set({ finalize_at: new Date(finalize_at) })
      .where('invoice_status', '=', 'DRAFT')
      .where('period_end', '=', new Date(at.replace('10:00Z', '00:00Z')))
      .execute()
  }
  await caller.moveClock('2026-10-01T02:00:00Z')
  expect(await bill(caller)).toMatchObject({ invoices_finalized: 6 })
  const numbers = await Promise.all(
    all.map(async ({ id }) => (await cyclesOf(caller, id)).map(({ invoice_number: number = '' }) => number)),
  )
  for (const ofOne of numbers) expect(ofOne).toEqual(ofOne.toSorted())
  expect(numbers.flat().toSorted()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `INV-202610-00000${n}`))
})

/** An event of a transaction that is open until told to commit. */
async function openEvent({ scoped }: Caller, externalId: string) {
  const timestamp = '2026-08-12T00:00:00.000Z'
  const [written, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const transaction = scoped.db.transaction().execute(async (db) => {
    const { event_name } = await db
      .selectFrom('meters')
      .select('event_name')
      .where('event_name', 'like', 'call-%')
      .executeTakeFirstOrThrow()
    await db
      .insertInto('events')
      .values({
        ...{ environment_id: scoped.scope.environmentId, event_id: `spanning-${externalId}`, event_name },
        ...{ external_customer_id: externalId, customer_id: null, source: null },
        ...{ timestamp: new Date(timestamp), ingested_at: new Date(timestamp) },
      })
      .execute()
    written.resolve()
    await ended.promise
  })
  await written.promise
  return {
    timestamp,
    async commit() {
      ended.resolve()
      await transaction
    },
  }
}
