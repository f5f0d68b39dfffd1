import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged, type ChargedSubscription } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const linesOf = z.looseObject({
  line_items: z.array(z.looseObject({ id: z.string(), price_type: z.string(), amount: z.string() })),
})

async function draftOf({ id }: ChargedSubscription): Promise<string> {
  const [item] = await calculate(caller, { subscription_ids: [id], create_drafts: true })
  expect(item?.error).toBeUndefined()
  return item?.invoice_id ?? ''
}

async function fixedLinesOf(invoiceId: string) {
  const { line_items } = linesOf.parse((await caller.call('GET', `/invoices/${invoiceId}`)).body)
  return line_items
    .filter(({ price_type }) => price_type === 'FIXED')
    .map(({ id, amount }) => ({ id, amount }))
}

/** The FIXED line ends before the draft's period does, another one comes, and the anchor moves on. */
async function changeLines({ id, planId }: ChargedSubscription): Promise<void> {
  const fixed = await caller.scoped.db
    .selectFrom('subscription_line_items as line')
    .innerJoin('prices', 'prices.id', 'line.price_id')
    .select('line.id')
    .where('line.subscription_id', '=', id)
    .where('prices.type', '=', 'FIXED')
    .executeTakeFirstOrThrow()
  const { db } = caller.scoped
  const end = { end_date: new Date('2026-08-20T00:00:00Z'), ended_by: 'user' as const }
  await db.updateTable('subscription_line_items').set(end).where('id', '=', fixed.id).execute()
  const price = await caller.create(
    '/prices',
    priceBody(planId, { amount: '100', start_date: '2026-08-10T00:00:00Z' }),
  )
  const body = { price_id: price.id, start_date: '2026-08-10T00:00:00Z' }
  expect(await caller.call('POST', `/subscriptions/${id}/lineitems`, body)).toMatchObject({ status: 201 })
}

test('a written draft is rated again for its usage alone, by whichever operation, and its FIXED lines stay', async () => {
  const subscription = await addCharged(caller)
  const id = await draftOf(subscription)
  const written = await fixedLinesOf(id)
  expect(written).toMatchObject([{ amount: '10' }])
  await changeLines(subscription)
  await subscription.use('2026-08-02T00:00:00Z')
  // A preview shows the draft as it will be.
  const preview = { subscription_id: subscription.id }
  expect(await caller.call('POST', '/invoices/preview', preview)).toMatchObject({
    body: { total: '10.5', line_items: [{ id: written[0]?.id, amount: '10' }, { amount: '0.5' }] },
  })
  expect(await draftOf(subscription)).toBe(id)
  expect(await fixedLinesOf(id)).toEqual(written)
  await subscription.use('2026-08-03T00:00:00Z')
  expect(await caller.call('POST', `/invoices/${id}/recalculate-v2?finalize=false`)).toMatchObject({
    body: { invoice_status: 'DRAFT', subtotal: '11' },
  })
  expect(await fixedLinesOf(id)).toEqual(written)
  await subscription.use('2026-08-04T00:00:00Z')
  expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 200 })
  expect(await caller.call('GET', `/invoices/${id}`)).toMatchObject({
    body: { invoice_status: 'FINALIZED', total: '11.5', amount_due: '11.5', amount_remaining: '11.5' },
  })
  expect(await fixedLinesOf(id)).toEqual(written)
})

test('its usage is rated on the grid that is kept with it, wherever the anchor has moved', async () => {
  const subscription = await addCharged(caller)
  const id = await draftOf(subscription)
  await caller.scoped.db
    .updateTable('subscriptions')
    .set({ billing_anchor: new Date('2026-08-20T00:00:00Z') })
    .where('id', '=', subscription.id)
    .execute()
  await subscription.use('2026-08-02T00:00:00Z')
  await subscription.use('2026-08-25T00:00:00Z')
  expect(await caller.call('POST', `/invoices/${id}/recalculate-v2?finalize=true`)).toMatchObject({
    body: {
      total: '11',
      line_items: [{ amount: '10' }, { amount: '1', period_end: '2026-09-01T00:00:00.000Z' }],
    },
  })
})

test('before its period has ended a draft is a forecast, made anew as a whole', async () => {
  const running = await addCharged(caller, { start: new Date().toISOString() })
  const id = await draftOf(running)
  expect(await fixedLinesOf(id)).toMatchObject([{ amount: '10' }])
  await caller.scoped.db
    .updateTable('subscription_line_items')
    .set({ quantity: '3' })
    .where('subscription_id', '=', running.id)
    .execute()
  expect(await draftOf(running)).toBe(id)
  expect(await fixedLinesOf(id)).toMatchObject([{ amount: '30' }])
})

test('what a voided draft had written is made anew by the next', async () => {
  const subscription = await addCharged(caller)
  const id = await draftOf(subscription)
  await changeLines(subscription)
  expect(await caller.call('POST', `/invoices/${id}/void`)).toMatchObject({ status: 200 })
  const next = await draftOf(subscription)
  expect(next).not.toBe(id)
  expect(await fixedLinesOf(next)).toMatchObject([{ amount: '100' }])
})
