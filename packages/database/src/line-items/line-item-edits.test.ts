import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endPrice } from '../catalog/price-edits.ts'
import { getPrice, type PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { editPrice, lineIdsOf, subscribe, versionOf } from '../testing/line-world.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import type { LineItemEdit } from './edited-line.ts'
import { insertLineItem } from './line-item-additions.ts'
import { updateLineItem } from './line-item-edits.ts'
import { endLineItem } from './line-item-ends.ts'
import { getLineItem } from './line-item-search.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
let price: PriceRow
let subscriptionId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
  price = await addPrice(scoped, { plan_id: planId, min_quantity: 3 })
  subscriptionId = await subscribe(scoped, planId)
})
afterAll(() => databases[Symbol.asyncDispose]())

/** The line that was there first unless told. */
async function change(edit: Partial<LineItemEdit>, within = scoped): Promise<string> {
  const [lineItemId = ''] = await lineIdsOf(scoped, subscriptionId)
  return updateLineItem(within, { lineItemId, money: {}, now, ...edit })
}

const lines = () => linesOf(scoped, subscriptionId)
const badInstant = { code: 'validation_error', details: { fields: [{ path: 'effective_from' }] } }

describe('a change of the quantity', () => {
  test('at the line’s start is in place, later closes the line and opens one', async () => {
    const [first] = await lineIdsOf(scoped, subscriptionId)
    expect(await change({ quantity: '5' })).toBe(first)
    expect(await change({ quantity: '6', effectiveFrom: now, now: daysFromNow(4) })).toBe(first)
    const second = await change({ quantity: '0.5', now: daysFromNow(4) })
    expect(second).not.toBe(first)
    expect(await lines()).toEqual([
      { price_id: price.id, quantity: 6, start_date: now, end_date: daysFromNow(4), ended_by: 'user' },
      { price_id: price.id, quantity: 0.5, start_date: daysFromNow(4), end_date: null, ended_by: null },
    ])
    expect(await versionOf(scoped, subscriptionId)).toBe(4)
  })

  test('to the same value changes nothing, so a repeated request has no effect', async () => {
    const [first] = await lineIdsOf(scoped, subscriptionId)
    expect(await change({ quantity: '3.000', now: daysFromNow(4) })).toBe(first)
    expect(await lines()).toHaveLength(1)
    expect(await versionOf(scoped, subscriptionId)).toBe(1)
  })

  test('goes over to the line of the price’s successor, whether that was synced before or after', async () => {
    await editPrice(scoped, price.id, 9)
    const early = await subscribe(scoped, planId)
    await runPriceSync(scoped, planId)
    for (const id of [subscriptionId, early]) {
      const [first = ''] = await lineIdsOf(scoped, id)
      await updateLineItem(scoped, { lineItemId: first, quantity: '8', money: {}, now: daysFromNow(2) })
      expect(await linesOf(scoped, id)).toMatchObject([
        { quantity: 3, end_date: daysFromNow(2), ended_by: 'user' },
        { quantity: 8, end_date: daysFromNow(9), ended_by: 'price' },
        { quantity: 8, start_date: daysFromNow(9), end_date: null },
      ])
    }
    const [, , scheduled = ''] = await lineIdsOf(scoped, early)
    await change({ lineItemId: scheduled, quantity: '1' })
    const [, second = ''] = await lineIdsOf(scoped, early)
    await change({ lineItemId: second, quantity: '9', now: daysFromNow(3) })
    expect((await linesOf(scoped, early)).map(({ quantity }) => quantity)).toEqual([3, 8, 9, 1])
  })

  test('follows the price’s end when that moves to before every line of it', async () => {
    await change({ quantity: '5', now: daysFromNow(6) })
    for (const days of [4, 2]) {
      const end = { priceId: price.id, endDate: daysFromNow(days), now: daysFromNow(6) }
      await inTransaction(scoped, (transaction) => endPrice(transaction, end))
      await runPriceSync(scoped, planId, { at: daysFromNow(6) })
      expect(await lines()).toMatchObject([
        { start_date: now, end_date: daysFromNow(days) },
        { start_date: daysFromNow(6), end_date: daysFromNow(6) },
      ])
    }
  })

  test('of a plan’s price is not scheduled yet; of a price of its own it is', async () => {
    await expect(change({ quantity: '5', effectiveFrom: daysFromNow(1) })).rejects.toMatchObject({
      code: 'not_implemented',
      details: { fields: [{ path: 'effective_from' }] },
    })
    const own = await change({ money: { amount: '2' } })
    await change({ lineItemId: own, quantity: '5', effectiveFrom: daysFromNow(1) })
    expect(await lines()).toMatchObject([
      { price_id: price.id, end_date: now },
      { quantity: 3, end_date: daysFromNow(1) },
      { quantity: 5, start_date: daysFromNow(1), end_date: null },
    ])
  })

  test('outside the line, or of a line or price that has ended, is refused', async () => {
    await expect(change({ quantity: '5', effectiveFrom: daysFromNow(-1) })).rejects.toMatchObject(badInstant)
    const [lineItemId = ''] = await lineIdsOf(scoped, subscriptionId)
    await endLineItem(scoped, { lineItemId, endDate: daysFromNow(4), now })
    const late = { quantity: '5', effectiveFrom: daysFromNow(4), now }
    await expect(change(late)).rejects.toMatchObject(badInstant)
    const ended = { code: 'state_conflict' }
    await expect(change({ quantity: '5', now: daysFromNow(4) })).rejects.toMatchObject(ended)
  })
})

test('a change behind the end of a price that is not synced yet is refused', async () => {
  const end = { priceId: price.id, endDate: daysFromNow(2), now }
  await inTransaction(scoped, (transaction) => endPrice(transaction, end))
  for (const edit of [{ quantity: '5' }, { money: { amount: '1' } }]) {
    const late = change({ ...edit, now: daysFromNow(3) })
    await expect(late).rejects.toMatchObject({ code: 'invalid_operation' })
  }
  expect(await lines()).toMatchObject([{ quantity: 3, end_date: null }])
})

describe('a change of the money', () => {
  test('of a plan’s line overrides the price from then on, with the line’s quantity and metadata', async () => {
    await change({ metadata: { seat: 'a' } })
    const id = await change({ money: { amount: '2.5' }, effectiveFrom: daysFromNow(3) })
    const all = await lines()
    expect(all).toMatchObject([
      { price_id: price.id, end_date: daysFromNow(3), ended_by: 'user' },
      { quantity: 3, start_date: daysFromNow(3), end_date: null },
    ])
    expect(await getPrice(scoped, all[1]?.price_id ?? '')).toMatchObject({
      ...{ subscription_id: subscriptionId, overridden_price_id: price.id, invoice_cadence: 'ADVANCE' },
      ...{ amount: '2.500000000000000000', start_date: daysFromNow(3) },
    })
    const { metadata } = await getLineItem(scoped, id)
    expect(metadata).toEqual({ seat: 'a' })
  })

  test('that keeps an end which a user set', async () => {
    const [lineItemId = ''] = await lineIdsOf(scoped, subscriptionId)
    await endLineItem(scoped, { lineItemId, endDate: daysFromNow(8), now })
    await change({ money: { amount: '2' }, now: daysFromNow(3) })
    expect((await lines()).at(-1)).toMatchObject({ end_date: daysFromNow(8), ended_by: 'user' })
  })

  test.each(['before', 'behind'])(
    'keeps the end of a price without a successor, %s its sync',
    async (order) => {
      const end = { priceId: price.id, endDate: daysFromNow(8), now }
      await inTransaction(scoped, (transaction) => endPrice(transaction, end))
      if (order === 'behind') await runPriceSync(scoped, planId)
      await change({ money: { amount: '2' }, now: daysFromNow(3) })
      await runPriceSync(scoped, planId)
      expect((await lines()).at(-1)).toMatchObject({ end_date: daysFromNow(8), ended_by: 'price' })
    },
  )

  test('of a line of its own price makes a successor that takes over what its lines have left', async () => {
    const first = await change({ money: { amount: '2' } })
    const second = await change({ lineItemId: first, quantity: '7', effectiveFrom: daysFromNow(5) })
    expect(second).not.toBe(first)
    const tiers = [
      { up_to: 2, unit_amount: '4' },
      { up_to: null, unit_amount: '3' },
    ]
    const money = { billing_model: 'TIERED', tier_mode: 'SLAB', tiers } as const
    const third = await change({ lineItemId: first, money, now: daysFromNow(1) })
    const all = (await lines()).filter(
      ({ start_date, end_date }) => end_date?.getTime() !== start_date.getTime(),
    )
    const [, old, now_, scheduled] = [{}, ...all]
    expect([old, now_, scheduled]).toMatchObject([
      { quantity: 3, start_date: now, end_date: daysFromNow(1) },
      { quantity: 3, start_date: daysFromNow(1), end_date: daysFromNow(5), ended_by: 'user' },
      { quantity: 7, start_date: daysFromNow(5), end_date: null },
    ])
    expect(await lineIdsOf(scoped, subscriptionId)).toContain(third)
    const [before, after] = await Promise.all([
      getPrice(scoped, old?.price_id ?? ''),
      getPrice(scoped, now_?.price_id ?? ''),
    ])
    expect(before).toMatchObject({ successor_price_id: after.id, end_date: daysFromNow(1) })
    expect(after).toMatchObject({
      ...{ root_price_id: before.id, overridden_price_id: price.id, tiers, amount: null },
      ...{ start_date: daysFromNow(1), end_date: null },
    })
  })

  test('to terms that make no price, or outside the line, is refused, and nothing is written', async () => {
    const bad = { code: 'validation_error', details: { fields: [{ path: 'amount' }] } }
    await expect(change({ money: { amount: '-1' } })).rejects.toMatchObject(bad)
    const own = await change({ money: { amount: '2' } })
    await expect(change({ lineItemId: own, money: { amount: '-1' } })).rejects.toMatchObject(bad)
    const early = { lineItemId: own, money: { amount: '1' }, effectiveFrom: daysFromNow(-1) }
    await expect(change(early)).rejects.toMatchObject(badInstant)
    expect(await lines()).toHaveLength(2)
  })
})

test('an instant for nothing that it could be about is refused', async () => {
  const edit = { metadata: {}, effectiveFrom: daysFromNow(1) }
  await expect(change(edit)).rejects.toMatchObject(badInstant)
})

test('behind the subscription’s end nothing changes', async () => {
  subscriptionId = await subscribe(scoped, planId, { endDate: daysFromNow(5) })
  const edit = { money: { amount: '1' }, effectiveFrom: daysFromNow(5) }
  await expect(change(edit)).rejects.toMatchObject(badInstant)
})

test.each(['cancelled', 'draft'] as const)('the lines of a %s subscription cannot change', async (status) => {
  await scoped.db.updateTable('subscriptions').set({ subscription_status: status }).execute()
  const refused = { code: 'invalid_operation', details: { subscription_status: status } }
  const [lineItemId = ''] = await lineIdsOf(scoped, subscriptionId)
  await expect(change({ quantity: '5' })).rejects.toMatchObject(refused)
  await expect(endLineItem(scoped, { lineItemId, now })).rejects.toMatchObject(refused)
  const addition = { subscriptionId, price: { id: price.id }, now }
  await expect(insertLineItem(scoped, addition)).rejects.toMatchObject(refused)
})

test('a line of another environment does not exist', async () => {
  const foreign = await databases.newTenant({ clockAt: now })
  await expect(change({ quantity: '5' }, foreign)).rejects.toMatchObject({ code: 'not_found' })
  expect(await lines()).toMatchObject([{ quantity: 3 }])
})
