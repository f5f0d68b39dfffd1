import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { calculate } from '../testing/calculate.ts'
import { addCharged, type ChargedSubscription } from '../testing/charged-subscription.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
/** It is ten past midnight on 1 September: August's drafts wait for late usage until one. */
let caller: ClockedCaller

beforeAll(async () => {
  gateway = await startGatewayWithBilling()
  caller = await newClockedCaller(gateway, '2026-09-01T00:10:00Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const linesOf = z.looseObject({
  line_items: z.array(z.looseObject({ id: z.string(), price_type: z.string(), amount: z.string() })),
})

/** The draft that billing has written of August. */
async function billedDraftOf({ id }: ChargedSubscription): Promise<string> {
  await bill(caller)
  const [cycle] = await cyclesOf(caller, id)
  expect(cycle).toMatchObject({ invoice_status: 'DRAFT', period_end: '2026-09-01T00:00:00.000Z' })
  return cycle?.id ?? ''
}

/** Before billing has come. */
async function forecastOf({ id }: ChargedSubscription): Promise<string> {
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
  const id = await billedDraftOf(subscription)
  const written = await fixedLinesOf(id)
  expect(written).toMatchObject([{ amount: '10' }])
  await changeLines(subscription)
  await subscription.use('2026-08-02T00:00:00Z')
  // A preview shows the draft as it will be.
  const august = { period_start: '2026-08-01T00:00:00Z', period_end: '2026-09-01T00:00:00Z' }
  const preview = { subscription_id: subscription.id, ...august }
  expect(await caller.call('POST', '/invoices/preview', preview)).toMatchObject({
    body: { total: '10.5', line_items: [{ id: written[0]?.id, amount: '10' }, { amount: '0.5' }] },
  })
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
  const id = await billedDraftOf(subscription)
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

test.each([
  ['before its period has ended', '2026-09-01T00:00:00Z'],
  ['when that has ended, as long as billing has not come', '2026-08-01T00:00:00Z'],
])('%s a draft is a forecast, made anew as a whole', async (_, start) => {
  const subscription = await addCharged(caller, { start })
  const id = await forecastOf(subscription)
  expect(await fixedLinesOf(id)).toMatchObject([{ amount: '10' }])
  await caller.scoped.db
    .updateTable('subscription_line_items')
    .set({ quantity: '3' })
    .where('subscription_id', '=', subscription.id)
    .execute()
  expect(await forecastOf(subscription)).toBe(id)
  expect(await fixedLinesOf(id)).toMatchObject([{ amount: '30' }])
})

test('what a voided draft had written is made anew by the next', async () => {
  const subscription = await addCharged(caller)
  const id = await forecastOf(subscription)
  await changeLines(subscription)
  expect(await caller.call('POST', `/invoices/${id}/void`)).toMatchObject({ status: 200 })
  const next = await forecastOf(subscription)
  expect(next).not.toBe(id)
  expect(await fixedLinesOf(next)).toMatchObject([{ amount: '100' }])
})
