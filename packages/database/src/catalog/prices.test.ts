import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { addPlan, addPrice, addSubscription, daysFromNow, monthly, now } from '../testing/catalog-rows.ts'
import { updatePrice } from './price-edits.ts'
import {
  getPrice,
  getPriceByLookupKey,
  insertPrices,
  listPlanPrices,
  type PriceRow,
  type PriceSearch,
  searchPrices,
} from './prices.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

describe('a price', () => {
  test('comes back as it was written, begins now, and is the root of its chain', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const tiers = [
      { up_to: 10, unit_amount: '1.5', flat_amount: null },
      { up_to: null, unit_amount: '0.123456789012345678' },
    ]
    const price = await addPrice(scoped, {
      plan_id,
      billing_model: 'TIERED',
      tier_mode: 'SLAB',
      tiers,
      metadata: { a: 'b' },
    })
    expect(await getPrice(scoped, price.id)).toEqual(price)
    expect(price).toMatchObject({
      plan_id,
      tiers,
      amount: null,
      metadata: { a: 'b' },
      root_price_id: price.id,
      start_date: now,
      end_date: null,
      sequence: 1,
      billing_period_count: 1,
    })
  })

  test('keeps every digit of its amount', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const amount = '12345678901234567890.123456789012345678'
    expect((await addPrice(scoped, { plan_id, amount })).amount).toBe(amount)
  })

  test('can be scheduled', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const start_date = daysFromNow(30)
    const price = await addPrice(scoped, { plan_id, start_date, end_date: daysFromNow(60) })
    expect(price).toMatchObject({ start_date, end_date: daysFromNow(60) })
    await expect(addPrice(scoped, { plan_id, end_date: daysFromNow(-1) })).rejects.toMatchObject({
      code: 'validation_error',
      details: { fields: [{ path: 'end_date' }] },
    })
  })

  test('has ids in the order of its bulk insert', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const amounts = Array.from({ length: 300 }, (_, index) => String(index))
    const prices = await inTransaction(scoped, (transaction) =>
      insertPrices(
        transaction,
        amounts.map((amount) => monthly({ plan_id, amount })),
        now,
      ),
    )
    expect(prices.map((price) => Number(price.amount))).toEqual(amounts.map(Number))
    expect(prices.map((price) => price.id).toSorted()).toEqual(prices.map((price) => price.id))
  })

  test('does not share its lookup key while it has neither an end nor a successor', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const price = await addPrice(scoped, { plan_id, lookup_key: 'seat' })
    expect((await getPriceByLookupKey(scoped, 'seat')).id).toBe(price.id)
    await expect(addPrice(scoped, { plan_id, lookup_key: 'seat' })).rejects.toMatchObject({
      code: 'already_exists',
      details: { fields: [{ path: 'lookup_key' }] },
    })
    await addPrice(scoped, { plan_id, lookup_key: 'trial', end_date: daysFromNow(1) })
    await expect(getPriceByLookupKey(scoped, 'trial')).rejects.toMatchObject({ code: 'not_found' })
    await addPrice(scoped, { plan_id, lookup_key: 'trial' })
  })

  test('of a plan that does not exist is refused, with all others of its insert', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const missing = newId('plan')
    const bulk = inTransaction(scoped, (transaction) =>
      insertPrices(transaction, [monthly({ plan_id }), monthly({ plan_id: missing })], now),
    )
    await expect(bulk).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining(missing) })
    expect(await listPlanPrices(scoped, [plan_id], now)).toEqual([])
  })
})

describe('a search of prices', () => {
  let scoped: Scoped
  let planId: string
  let prices: Record<'open' | 'ended' | 'annual' | 'scheduled' | 'successor' | 'override', PriceRow>
  let subscriptionId: string

  beforeAll(async () => {
    scoped = await stack.newTenant()
    planId = (await addPlan(scoped)).id
    const open = await addPrice(scoped, { plan_id: planId })
    const ended = await addPrice(scoped, {
      plan_id: planId,
      start_date: daysFromNow(-9),
      end_date: daysFromNow(-1),
    })
    const annual = await addPrice(scoped, { plan_id: (await addPlan(scoped)).id, billing_period: 'ANNUAL' })
    const scheduled = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(9) })
    const edit = { priceId: open.id, changes: { amount: '20' }, effectiveFrom: daysFromNow(5), now }
    const successor = await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
    subscriptionId = (await addSubscription(scoped, { plan_id: planId })).id
    prices = { open, ended, annual, scheduled, successor, override: await addOverride(open) }
  })

  async function addOverride({
    tiers: _,
    plan_id: __,
    sequence: ___,
    filter_values: ____,
    ...price
  }: PriceRow): Promise<PriceRow> {
    const id = newId('price')
    const links = { id, root_price_id: id, subscription_id: subscriptionId, overridden_price_id: price.id }
    const values = { ...price, ...links, plan_id: null, metadata: '{}' }
    return scoped.db.insertInto('prices').values(values).returningAll().executeTakeFirstOrThrow()
  }

  const cases: ReadonlyArray<[string, () => PriceSearch, ReadonlyArray<keyof typeof prices>]> = [
    ['without any', () => ({}), ['open', 'annual', 'scheduled', 'successor', 'override']],
    [
      'expired ones',
      () => ({ allow_expired_prices: true, plan_ids: [planId] }),
      ['open', 'ended', 'scheduled', 'successor'],
    ],
    ['ids', () => ({ price_ids: [prices.annual.id, prices.ended.id] }), ['annual']],
    ['plan', () => ({ plan_ids: [planId] }), ['open', 'scheduled', 'successor']],
    ['entity ids', () => ({ entity_ids: [subscriptionId] }), ['override']],
    ['subscription', () => ({ subscription_id: subscriptionId }), ['override']],
    ['plans', () => ({ entity_type: 'PLAN' }), ['open', 'annual', 'scheduled', 'successor']],
    ['subscriptions', () => ({ entity_type: 'SUBSCRIPTION' }), ['override']],
    ['add-ons', () => ({ entity_type: 'ADDON' }), []],
    ['period', () => ({ billing_periods: ['ANNUAL'] }), ['annual']],
    ['parent', () => ({ parent_price_id: prices.open.id }), ['successor', 'override']],
    ['start', () => ({ start_date_lt: daysFromNow(1), plan_ids: [planId] }), ['open']],
    ['change', () => ({ updated_after: now }), []],
    [
      'amount',
      () => ({ filters: [{ field: 'amount', operator: 'gt', data_type: 'number', value: { number: 10 } }] }),
      ['successor'],
    ],
    [
      'entity',
      () => ({ filters: [{ field: 'entity_id', operator: 'eq', value: { string: subscriptionId } }] }),
      ['override'],
    ],
  ]
  test.each(cases)('by %s', async (_, search, expected) => {
    const { items, total } = await searchPrices(scoped, search(), now)
    expect(items.map((row) => row.id).toSorted()).toEqual(expected.map((name) => prices[name].id).toSorted())
    expect(total).toBe(expected.length)
  })

  test('sorts by one named field in the direction of order', async () => {
    const search = { plan_ids: [planId], sort: 'start_date', order: 'asc' } as const
    const { items } = await searchPrices(scoped, search, now)
    expect(items.map((row) => row.id)).toEqual([prices.open.id, prices.successor.id, prices.scheduled.id])
    await expect(searchPrices(scoped, { sort: 'x' }, now)).rejects.toMatchObject({
      details: { fields: [{ path: 'sort' }] },
    })
  })

  test("a plan's prices are those that have not ended, oldest first", async () => {
    const listed = await listPlanPrices(scoped, [planId], now)
    expect(listed.map((row) => row.id).toSorted()).toEqual(
      [prices.open.id, prices.scheduled.id, prices.successor.id].toSorted(),
    )
  })
})
