import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endPrice } from '../catalog/price-edits.ts'
import { getPrice, type PriceRow } from '../catalog/prices.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { editPrice, lineIdsOf, subscribe, versionOf } from '../testing/line-world.ts'
import { linesOf, runPriceSync } from '../testing/run-price-sync.ts'
import { insertLineItem, type NewLineItem } from './line-item-additions.ts'
import { updateLineItem } from './line-item-edits.ts'
import { endLineItem } from './line-item-ends.ts'

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
  subscriptionId = await subscribe(scoped, planId, { endDate: daysFromNow(100) })
  // Later than the subscription, so that it has no line of it.
  price = await addPrice(scoped, { plan_id: planId, min_quantity: 3 })
})
afterAll(() => databases[Symbol.asyncDispose]())

function add(item: Partial<NewLineItem> = {}, within = scoped): Promise<string> {
  return insertLineItem(within, { subscriptionId, price: { id: price.id }, now, ...item })
}

const lines = () => linesOf(scoped, subscriptionId)
const taken = { code: 'state_conflict', details: { line_item_id: expect.any(String) } }

describe('a line of a plan’s price', () => {
  test('begins now with the least quantity, and a sync leaves it to its price from then on', async () => {
    await add()
    expect(await versionOf(scoped, subscriptionId)).toBe(2)
    await editPrice(scoped, price.id, 4)
    await runPriceSync(scoped, planId)
    expect(await lines()).toMatchObject([
      { quantity: 3, start_date: now, end_date: daysFromNow(4), ended_by: 'price' },
      { quantity: 3, start_date: daysFromNow(4), end_date: null },
    ])
  })

  test('comes without its successors when it is ONETIME: the chain would bill once more', async () => {
    const first = await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME' })
    await editPrice(scoped, first.id, 4)
    await add({ price: { id: first.id } })
    expect(await lines()).toMatchObject([{ price_id: first.id, start_date: now }])
  })

  test('comes with the lines of the successors that the price has already, up to the end asked for', async () => {
    const second = await editPrice(scoped, price.id, 4)
    const third = await editPrice(scoped, second.id, 8)
    await editPrice(scoped, third.id, 20)
    const endDate = daysFromNow(10)
    await add({ startDate: daysFromNow(1), endDate, quantity: '0.5', metadata: { a: '1' } })
    expect(await lines()).toEqual([
      {
        price_id: price.id,
        quantity: 0.5,
        start_date: daysFromNow(1),
        end_date: daysFromNow(4),
        ended_by: 'price',
      },
      {
        price_id: second.id,
        quantity: 0.5,
        start_date: daysFromNow(4),
        end_date: daysFromNow(8),
        ended_by: 'price',
      },
      { price_id: third.id, quantity: 0.5, start_date: daysFromNow(8), end_date: endDate, ended_by: 'user' },
    ])
    await runPriceSync(scoped, planId)
    expect(await lines()).toHaveLength(3)
  })

  test('is refused beside another of its chain, and possible again behind its end', async () => {
    const first = await add()
    await expect(add()).rejects.toMatchObject(taken)
    await expect(add({ startDate: daysFromNow(9) })).rejects.toMatchObject(taken)
    const successor = await editPrice(scoped, price.id, 9)
    await expect(add({ price: { id: successor.id } })).rejects.toMatchObject(taken)
    await endLineItem(scoped, { lineItemId: first, endDate: daysFromNow(2), now })
    await add({ startDate: daysFromNow(3) })
    expect(await lines()).toMatchObject([
      { end_date: daysFromNow(2), ended_by: 'user' },
      { start_date: daysFromNow(3), end_date: daysFromNow(9), ended_by: 'price' },
      { start_date: daysFromNow(9), end_date: null },
    ])
  })

  test('is made once by two requests at once', async () => {
    const outcomes = await Promise.allSettled([add(), add()])
    expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: taken }])
    expect(await lines()).toHaveLength(1)
  })

  test('is refused where the subscription has a price of its own instead, also once that has ended', async () => {
    const first = await add()
    const own = await updateLineItem(scoped, { lineItemId: first, money: { amount: '1' }, now })
    const overridden = { code: 'invalid_operation', details: { price_id: expect.any(String) } }
    await expect(add()).rejects.toMatchObject(overridden)
    await endLineItem(scoped, { lineItemId: own, endDate: daysFromNow(2), now })
    await expect(add({ startDate: daysFromNow(3) })).rejects.toMatchObject(overridden)
    const ownPrice = (await lines()).at(-1)?.price_id ?? ''
    await add({ price: { id: ownPrice }, startDate: daysFromNow(3) })
    expect((await lines()).at(-1)).toMatchObject({ price_id: ownPrice, start_date: daysFromNow(3) })
  })

  test('that bills once may be added again at another instant, not twice at one', async () => {
    const { id } = await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME' })
    await add({ price: { id } })
    await expect(add({ price: { id } })).rejects.toMatchObject({ code: 'already_exists' })
    await add({ price: { id }, startDate: daysFromNow(1) })
    expect(await lines()).toHaveLength(2)
  })
})

describe('a price that is made for the line', () => {
  const flat = {
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ARREAR',
    amount: '7.25',
  } as const

  test('is the subscription’s own, in its currency, from the line’s start', async () => {
    await add({ price: { ...flat, display_name: 'Support' }, startDate: daysFromNow(2), quantity: '2' })
    const [line] = await lines()
    expect(line).toMatchObject({ quantity: 2, start_date: daysFromNow(2), end_date: null })
    const made = await getPrice(scoped, line?.price_id ?? '')
    expect(made).toMatchObject({
      ...{
        plan_id: null,
        subscription_id: subscriptionId,
        overridden_price_id: null,
        root_price_id: made.id,
      },
      ...{
        currency: 'usd',
        amount: '7.250000000000000000',
        display_name: 'Support',
        start_date: daysFromNow(2),
      },
    })
    await runPriceSync(scoped, planId)
    expect(await lines()).toHaveLength(2)
  })

  test('ends its line with its own end', async () => {
    await add({ price: { ...flat, start_date: daysFromNow(1), end_date: daysFromNow(5) } })
    expect(await lines()).toMatchObject([
      { start_date: daysFromNow(1), end_date: daysFromNow(5), ended_by: 'price' },
    ])
  })

  test.each([
    ['no amount', { amount: undefined }, 'price.amount'],
    ['a shorter period', { billing_period: 'WEEKLY' }, 'price.billing_period'],
    ['an end before its start', { start_date: daysFromNow(2), end_date: daysFromNow(1) }, 'price.end_date'],
  ] as const)('with %s is refused by its field, and not kept', async (_what, change, path) => {
    await expect(add({ price: { ...flat, ...change } })).rejects.toMatchObject({
      code: 'validation_error',
      details: { fields: [{ path }] },
    })
    expect(await lines()).toEqual([])
    const own = scoped.db.selectFrom('prices').select('id').where('subscription_id', 'is not', null)
    expect(await own.execute()).toEqual([])
  })
})

test.each([
  ['a start before the subscription’s', { startDate: daysFromNow(-1) }, ['start_date', 'start_date']],
  ['a start at the subscription’s end', { startDate: daysFromNow(100) }, ['start_date']],
  ['an end behind the subscription’s', { endDate: daysFromNow(101) }, ['end_date']],
  [
    'an end that is not after the start',
    { startDate: daysFromNow(3), endDate: daysFromNow(3) },
    ['end_date'],
  ],
])('%s is refused by its field', async (_what, dates, paths) => {
  await expect(add(dates)).rejects.toMatchObject({
    code: 'validation_error',
    details: { fields: paths.map((path) => ({ path })) },
  })
  expect(await lines()).toEqual([])
})

test('a price that has ended is refused, and one whose end lies before the start', async () => {
  await inTransaction(scoped, (transaction) =>
    endPrice(transaction, { priceId: price.id, endDate: daysFromNow(5), now }),
  )
  await expect(add({ now: daysFromNow(5) })).rejects.toMatchObject({
    details: { fields: [{ path: 'price_id' }] },
  })
  await expect(add({ startDate: daysFromNow(6) })).rejects.toMatchObject({
    details: { fields: [{ path: 'start_date' }] },
  })
})

test('a price of other terms is refused by its id; one of another plan or subscription is not found', async () => {
  const euro = await addPrice(scoped, { plan_id: planId, currency: 'eur' })
  const yearly = await addPrice(scoped, { plan_id: planId, billing_period: 'ANNUAL' })
  for (const { id } of [euro, yearly]) {
    await expect(add({ price: { id } })).rejects.toMatchObject({
      code: 'validation_error',
      details: { fields: [{ path: 'price_id' }] },
    })
  }
  const elsewhere = await addPrice(scoped, { plan_id: (await addPlan(scoped)).id })
  const other = await subscribe(scoped, planId)
  const [otherLine = ''] = await lineIdsOf(scoped, other)
  await updateLineItem(scoped, { lineItemId: otherLine, money: { amount: '1' }, now })
  const otherPrice = (await linesOf(scoped, other)).at(-1)?.price_id ?? ''
  const foreign = await databases.newTenant({ clockAt: now })
  for (const addition of [
    () => add({ price: { id: elsewhere.id } }),
    () => add({ price: { id: otherPrice } }),
    () => add({ price: { id: 'price_none' } }),
    () => add({ subscriptionId: 'subs_none' }),
    () => add({}, foreign),
  ]) {
    await expect(addition()).rejects.toMatchObject({ code: 'not_found' })
  }
})
