import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { getPrice, type PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { editPrice, lineIdsOf, overridePrice, subscribe as subscribeTo } from '../testing/line-world.ts'
import { linesOf } from '../testing/run-price-sync.ts'

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
})
afterAll(() => databases[Symbol.asyncDispose]())

async function subscribe(): Promise<void> {
  subscriptionId = await subscribeTo(scoped, planId)
}

async function override(
  change: Partial<Parameters<typeof overridePrice>[1]> = {},
  within = scoped,
): Promise<string> {
  const money = { amount: '3.5' }
  const whole = { subscriptionId, priceId: price.id, money, effectiveFrom: daysFromNow(1), now }
  return (await overridePrice(within, { ...whole, ...change })).priceId
}

describe('an override', () => {
  test('takes over the chain’s line at its instant, with that line’s quantity', async () => {
    await subscribe()
    const id = await override()
    expect(await linesOf(scoped, subscriptionId)).toEqual([
      { price_id: price.id, quantity: 3, start_date: now, end_date: daysFromNow(1), ended_by: 'user' },
      { price_id: id, quantity: 3, start_date: daysFromNow(1), end_date: null, ended_by: null },
    ])
    expect(await getPrice(scoped, id)).toMatchObject({
      ...{ plan_id: null, subscription_id: subscriptionId, root_price_id: id, overridden_price_id: price.id },
      ...{ amount: '3.500000000000000000', currency: 'usd', billing_period: 'MONTHLY', sequence: 0 },
    })
  })

  test('has the quantity that it is given', async () => {
    await subscribe()
    const id = await override({ quantity: '0.25' })
    expect((await linesOf(scoped, subscriptionId)).at(-1)).toMatchObject({ price_id: id, quantity: 0.25 })
  })

  test('of a price that the subscription has no line of has its least quantity', async () => {
    await subscribe()
    const later = await addPrice(scoped, { plan_id: planId, min_quantity: 8 })
    const id = await override({ priceId: later.id })
    expect((await linesOf(scoped, subscriptionId)).at(-1)).toMatchObject({ price_id: id, quantity: 8 })
  })

  test('ends every line that the chain has scheduled, and goes on with the one at work', async () => {
    const second = await editPrice(scoped, price.id, 3)
    const third = await editPrice(scoped, second.id, 6)
    const fourth = await editPrice(scoped, third.id, 9)
    await subscribe()
    const [, scheduled = ''] = await lineIdsOf(scoped, subscriptionId)
    await scoped.db
      .updateTable('subscription_line_items')
      .set({ quantity: '7' })
      .where('id', '=', scheduled)
      .execute()
    const id = await override({ priceId: fourth.id, effectiveFrom: daysFromNow(4) })
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([
      { price_id: price.id, end_date: daysFromNow(3), ended_by: 'price' },
      { price_id: second.id, end_date: daysFromNow(4), ended_by: 'user' },
      { price_id: id, quantity: 7, start_date: daysFromNow(4), end_date: null },
      { price_id: third.id, start_date: daysFromNow(6), end_date: daysFromNow(6) },
      { price_id: fourth.id, start_date: daysFromNow(9), end_date: daysFromNow(9) },
    ])
  })

  test('never begins before the subscription', async () => {
    await subscribe()
    const id = await override({ effectiveFrom: daysFromNow(-9) })
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([
      { price_id: price.id, start_date: now, end_date: now },
      { price_id: id, start_date: now, end_date: null },
    ])
  })

  test('of a chain that is overridden already is refused, also twice at once', async () => {
    await subscribe()
    const second = await editPrice(scoped, price.id, 3)
    const twice = await Promise.allSettled([override(), override({ money: { amount: '4' } })])
    const refused = { code: 'invalid_operation' }
    expect(twice.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: refused }])
    await expect(override({ priceId: second.id })).rejects.toMatchObject(refused)
    expect(await linesOf(scoped, subscriptionId)).toHaveLength(2)
  })

  test('of a price with other terms than the subscription is refused', async () => {
    await subscribe()
    for (const terms of [
      { currency: 'eur' },
      { billing_period: 'ANNUAL' },
      { billing_period_count: 2 },
    ] as const) {
      const { id } = await addPrice(scoped, { plan_id: planId, ...terms })
      await expect(override({ priceId: id })).rejects.toMatchObject({ code: 'invalid_operation' })
    }
    const setup = await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME' })
    await override({ priceId: setup.id })
  })

  test('is not found for a price of another plan, a missing subscription or another environment', async () => {
    await subscribe()
    const notFound = { code: 'not_found' }
    const foreign = await databases.newTenant()
    const elsewhere = await addPrice(scoped, { plan_id: (await addPlan(scoped)).id })
    await expect(override({ priceId: elsewhere.id })).rejects.toMatchObject(notFound)
    await expect(override({ priceId: 'price_none' })).rejects.toMatchObject(notFound)
    await expect(override({ subscriptionId: 'subs_none' })).rejects.toMatchObject(notFound)
    await expect(override({}, foreign)).rejects.toMatchObject(notFound)
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([{ price_id: price.id, end_date: null }])
  })

  test('that is written twice past the lock is refused by the database, as one of nothing is', async () => {
    await subscribe()
    const { tiers, filter_values: _filters, ...own } = await getPrice(scoped, await override())
    const id = newId('price')
    const copy = { ...own, id, root_price_id: id, metadata: '{}', filter_values: null }
    const insert = (row: Partial<typeof copy>) =>
      scoped.db
        .insertInto('prices')
        .values({ ...copy, ...row })
        .execute()
    expect(tiers).toBeNull()
    await expect(insert({})).rejects.toMatchObject({ code: 'invalid_operation' })
    const nothing = { overridden_price_id: 'price_none' }
    await expect(insert(nothing)).rejects.toMatchObject({
      code: 'constraint_violated',
      cause: { constraint: 'prices_overridden' },
    })
    const nobody = { overridden_price_id: null, subscription_id: 'subs_none' }
    await expect(insert(nobody)).rejects.toMatchObject({
      code: 'constraint_violated',
      cause: { constraint: 'prices_subscription' },
    })
  })
})
