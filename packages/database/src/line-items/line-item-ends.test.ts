import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { editPrice, lineIdsOf, subscribe as subscribeTo, versionOf } from '../testing/line-world.ts'
import { linesOf } from '../testing/run-price-sync.ts'
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
  price = await addPrice(scoped, { plan_id: planId, min_quantity: 3 })
})
afterAll(() => databases[Symbol.asyncDispose]())

async function subscribe(): Promise<void> {
  subscriptionId = await subscribeTo(scoped, planId)
}

async function endFirst(endDate: Date, at = now, within = scoped): Promise<void> {
  const [lineItemId = ''] = await lineIdsOf(scoped, subscriptionId)
  await endLineItem(within, { lineItemId, endDate, now: at })
}

describe('the end of a line', () => {
  beforeEach(subscribe)

  test('is the user’s, and can come earlier as long as it has not passed', async () => {
    await endFirst(daysFromNow(9))
    await endFirst(daysFromNow(4), daysFromNow(3))
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([
      { start_date: now, end_date: daysFromNow(4), ended_by: 'user' },
    ])
    await expect(endFirst(daysFromNow(3), daysFromNow(4))).rejects.toMatchObject({
      code: 'state_conflict',
    })
  })

  test('at its start leaves a line of no length', async () => {
    await endFirst(now)
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([{ start_date: now, end_date: now }])
  })

  test('is refused before its start and behind its present end', async () => {
    const refused = { code: 'validation_error', details: { fields: [{ path: 'effective_from' }] } }
    await expect(endFirst(daysFromNow(-1))).rejects.toMatchObject(refused)
    await endFirst(daysFromNow(4))
    await expect(endFirst(daysFromNow(5))).rejects.toMatchObject(refused)
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([{ end_date: daysFromNow(4) }])
  })

  test('does not exist for another environment, or without a line', async () => {
    const notFound = { code: 'not_found' }
    await expect(endFirst(daysFromNow(4), now, await databases.newTenant())).rejects.toMatchObject(notFound)
    const none = { lineItemId: 'subli_none', endDate: daysFromNow(4), now }
    await expect(endLineItem(scoped, none)).rejects.toMatchObject(notFound)
    expect(await linesOf(scoped, subscriptionId)).toMatchObject([{ end_date: null }])
  })
})

test('the end of a line is that of the lines which would carry it on, and of no other', async () => {
  const second = await editPrice(scoped, price.id, 3)
  await editPrice(scoped, second.id, 6)
  await addPrice(scoped, { plan_id: planId })
  await subscribe()
  const [first] = await scoped.db
    .selectFrom('subscription_line_items')
    .select('id')
    .where('price_id', '=', price.id)
    .execute()
  await endLineItem(scoped, { lineItemId: first?.id ?? '', endDate: daysFromNow(1), now })
  expect((await linesOf(scoped, subscriptionId)).filter(({ end_date }) => end_date === null)).toHaveLength(1)
  expect(await linesOf(scoped, subscriptionId)).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ price_id: price.id, end_date: daysFromNow(1), ended_by: 'user' }),
      expect.objectContaining({ start_date: daysFromNow(3), end_date: daysFromNow(3), ended_by: 'user' }),
      expect.objectContaining({ start_date: daysFromNow(6), end_date: daysFromNow(6), ended_by: 'user' }),
    ]),
  )
  expect(await versionOf(scoped, subscriptionId)).toBe(2)
})

test('the end of a line that its price ends before is the end of its stretch', async () => {
  const next = await editPrice(scoped, price.id, 3)
  await subscribe()
  await endFirst(daysFromNow(9))
  await endFirst(daysFromNow(9), daysFromNow(5))
  expect(await linesOf(scoped, subscriptionId)).toMatchObject([
    { price_id: price.id, end_date: daysFromNow(3), ended_by: 'price' },
    { price_id: next.id, start_date: daysFromNow(3), end_date: daysFromNow(9), ended_by: 'user' },
  ])
  await expect(endFirst(daysFromNow(10), daysFromNow(5))).rejects.toMatchObject({ code: 'validation_error' })
  // Before the price's end: it stands for the user's from then on.
  await endFirst(daysFromNow(2), daysFromNow(5))
  expect(await linesOf(scoped, subscriptionId)).toMatchObject([
    { price_id: price.id, end_date: daysFromNow(2), ended_by: 'user' },
    { price_id: next.id, start_date: daysFromNow(3), end_date: daysFromNow(3), ended_by: 'user' },
  ])
})
