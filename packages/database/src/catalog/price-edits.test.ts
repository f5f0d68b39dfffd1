import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import type { PriceChanges } from '../tables/catalog-tables.ts'
import { addPlan, addPrice, daysFromNow, monthly, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { getPlan } from './plans.ts'
import { endPrice, updatePrice } from './price-edits.ts'
import { getPrice, getPriceByLookupKey, insertPrices, type PriceRow } from './prices.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
let planId: string
beforeEach(async () => {
  scoped = await stack.newTenant()
  planId = (await addPlan(scoped)).id
})

const edit = (price: PriceRow, changes: PriceChanges, effectiveFrom?: Date): Promise<PriceRow> =>
  inTransaction(scoped, (transaction) =>
    updatePrice(transaction, { priceId: price.id, changes, effectiveFrom, now }),
  )

function end(price: PriceRow, endDate?: Date, at = now): Promise<PriceRow> {
  return inTransaction(scoped, (transaction) =>
    endPrice(transaction, { priceId: price.id, endDate, now: at }),
  )
}

/** An edit of money that is done but not committed; the answer commits it. */
async function beginEdit(price: PriceRow): Promise<() => Promise<void>> {
  const edited = Promise.withResolvers<void>()
  const committing = Promise.withResolvers<void>()
  const editing = inTransaction(scoped, async (transaction) => {
    await updatePrice(transaction, { priceId: price.id, changes: { amount: '20' }, now })
    edited.resolve()
    await committing.promise
  })
  await edited.promise
  return () => {
    committing.resolve()
    return editing
  }
}

const startedBefore = { start_date: daysFromNow(-10) }

describe("an edit of a price's money", () => {
  test('ends it at effective_from and makes a successor there, with the same root and end', async () => {
    const end_date = daysFromNow(90)
    const price = await addPrice(scoped, {
      plan_id: planId,
      ...startedBefore,
      end_date,
      metadata: { a: 'b' },
      min_quantity: 3,
    })
    const successor = await edit(price, { amount: '20', description: 'Dearer' }, daysFromNow(7))
    expect(successor).toEqual({
      ...price,
      id: successor.id,
      amount: '20.000000000000000000',
      description: 'Dearer',
      start_date: daysFromNow(7),
      sequence: 2,
    })
    expect(await getPrice(scoped, price.id)).toEqual({
      ...price,
      end_date: daysFromNow(7),
      successor_price_id: successor.id,
      sequence: 2,
    })
    expect((await getPlan(scoped, planId)).price_sequence).toBe(2)
    const third = await edit(successor, { amount: '30' }, daysFromNow(8))
    expect(third).toMatchObject({ root_price_id: price.id, end_date, sequence: 3 })
  })

  test('begins now unless said otherwise, and at the start of a price that is still to come', async () => {
    const running = await addPrice(scoped, { plan_id: planId, ...startedBefore })
    expect((await edit(running, { amount: '20' })).start_date).toEqual(now)
    const scheduled = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(5) })
    expect((await edit(scheduled, { amount: '20' })).start_date).toEqual(daysFromNow(5))
  })

  test("at the price's very start leaves it with no time at all", async () => {
    const price = await addPrice(scoped, { plan_id: planId, ...startedBefore })
    const successor = await edit(price, { amount: '20' }, price.start_date)
    expect(successor.start_date).toEqual(price.start_date)
    expect((await getPrice(scoped, price.id)).end_date).toEqual(price.start_date)
  })

  test.each([
    ['before its start', daysFromNow(-11)],
    ['at its end', daysFromNow(20)],
    ['after its end', daysFromNow(21)],
  ])('%s is refused', async (_, effectiveFrom) => {
    const price = await addPrice(scoped, { plan_id: planId, ...startedBefore, end_date: daysFromNow(20) })
    await expect(edit(price, { amount: '20' }, effectiveFrom)).rejects.toMatchObject({
      code: 'validation_error',
      details: { fields: [{ path: 'effective_from' }] },
    })
    expect(await getPrice(scoped, price.id)).toEqual(price)
    expect((await getPlan(scoped, planId)).price_sequence).toBe(1)
  })

  test('of one that has a successor, or has ended, is refused', async () => {
    const price = await addPrice(scoped, { plan_id: planId, ...startedBefore })
    await edit(price, { amount: '20' }, daysFromNow(5))
    await expect(edit(price, { amount: '30' })).rejects.toMatchObject({ code: 'invalid_operation' })
    await expect(edit(price, { lookup_key: 'seat' })).rejects.toMatchObject({ code: 'invalid_operation' })
    const ended = await addPrice(scoped, { plan_id: planId, ...startedBefore, end_date: now })
    await expect(edit(ended, { amount: '30' })).rejects.toMatchObject({ code: 'invalid_operation' })
  })

  test('moves the lookup key at once, also to a successor that is still to come', async () => {
    const price = await addPrice(scoped, { plan_id: planId, lookup_key: 'seat' })
    const successor = await edit(price, { amount: '20' }, daysFromNow(30))
    expect((await getPriceByLookupKey(scoped, 'seat')).id).toBe(successor.id)
    expect((await getPrice(scoped, price.id)).lookup_key).toBeNull()
    const renamed = await edit(successor, { amount: '30', lookup_key: 'seat-2' }, daysFromNow(40))
    expect((await getPriceByLookupKey(scoped, 'seat-2')).id).toBe(renamed.id)
    await addPrice(scoped, { plan_id: planId, lookup_key: 'seat' })
    const taken = edit(renamed, { amount: '40', lookup_key: 'seat' }, daysFromNow(50))
    await expect(taken).rejects.toMatchObject({ code: 'already_exists' })
  })

  test('to another billing model drops what that one does not read', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    const tiers = [{ up_to: null, unit_amount: '1' }]
    const tiered = await edit(price, { billing_model: 'TIERED', tier_mode: 'VOLUME', tiers })
    expect(tiered).toMatchObject({ billing_model: 'TIERED', amount: null, tiers })
    const packaged = await edit(tiered, {
      billing_model: 'PACKAGE',
      amount: '5',
      divide_by: 100,
      round: 'up',
    })
    expect(packaged).toMatchObject({ tier_mode: null, tiers: null, divide_by: 100, round: 'up' })
    expect(await edit(packaged, { billing_model: 'FLAT_FEE' })).toMatchObject({
      divide_by: null,
      round: null,
    })
  })

  test.each<[string, PriceChanges, string]>([
    ['a negative amount', { amount: '-1' }, 'amount'],
    ['no amount', { amount: null }, 'amount'],
    ['a ladder for FLAT_FEE', { tiers: [{ up_to: null, unit_amount: '1' }] }, 'tiers'],
    [
      'a ladder that is not open',
      { billing_model: 'TIERED', tier_mode: 'SLAB', tiers: [{ up_to: 5, unit_amount: '1' }] },
      'tiers[0].up_to',
    ],
    ['a package of nothing', { billing_model: 'PACKAGE', divide_by: 0 }, 'transform_quantity.divide_by'],
  ])('to %s is refused by the name of the field', async (_, changes, path) => {
    const price = await addPrice(scoped, { plan_id: planId })
    await expect(edit(price, changes)).rejects.toMatchObject({
      code: 'validation_error',
      details: { fields: [expect.objectContaining({ path })] },
    })
    expect((await getPlan(scoped, planId)).price_sequence).toBe(1)
  })

  test('at once by two callers is done for one and refused for the other', async () => {
    const price = await addPrice(scoped, { plan_id: planId, lookup_key: 'seat' })
    const outcomes = await Promise.allSettled([edit(price, { amount: '20' }), edit(price, { amount: '30' })])
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(refused?.reason).toMatchObject({ code: 'invalid_operation' })
    const chain = await scoped.db
      .selectFrom('prices')
      .selectAll()
      .where('root_price_id', '=', price.id)
      .execute()
    expect(chain).toHaveLength(2)
    expect((await getPlan(scoped, planId)).price_sequence).toBe(2)
  })

  test('and its number are seen together: a reader of the number waits for the edit', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    const commit = await beginEdit(price)
    // As a subscription's creation does it: the plan FOR SHARE, then its prices.
    const creation = inTransaction(scoped, async ({ db }) => {
      const plan = await db
        .selectFrom('plans')
        .selectAll()
        .where('id', '=', planId)
        .forShare()
        .executeTakeFirstOrThrow()
      const prices = await db.selectFrom('prices').select('sequence').where('plan_id', '=', planId).execute()
      return { sequence: plan.price_sequence, seen: prices.map((row) => row.sequence) }
    })
    await waitForLock(stack.ownerUrl)
    await commit()
    expect(await creation).toEqual({ sequence: 2, seen: [2, 2] })
  })

  test('by many, with inserts and ends between, leaves every number to one change', async () => {
    const pricesOfPlan = await inTransaction(scoped, (transaction) =>
      insertPrices(
        transaction,
        Array.from({ length: 20 }, () => monthly({ plan_id: planId })),
        now,
      ),
    )
    await Promise.all(
      pricesOfPlan.map((price, index) =>
        index % 2 ? edit(price, { amount: '20' }) : end(price, daysFromNow(1)),
      ),
    )
    const rows = await scoped.db.selectFrom('prices').select(['sequence', 'successor_price_id']).execute()
    const changes = rows.filter((row) => row.successor_price_id === null).map((row) => row.sequence)
    expect(changes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2))
    expect((await getPlan(scoped, planId)).price_sequence).toBe(21)
  })
})

describe('an edit of texts', () => {
  test('changes the price in place and concerns no subscription', async () => {
    const price = await addPrice(scoped, { plan_id: planId, lookup_key: 'seat' })
    const changes = { description: 'd', display_name: 'n', metadata: { a: 'b' }, lookup_key: 'chair' }
    expect(await edit(price, changes)).toEqual({ ...price, ...changes })
    expect((await getPlan(scoped, planId)).price_sequence).toBe(1)
    expect(await edit(price, { lookup_key: null })).toMatchObject({ lookup_key: null })
  })

  test('that names a lookup key waits for an edit of money, then is refused: the key would stand for nothing', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    const commit = await beginEdit(price)
    const naming = edit(price, { lookup_key: 'seat' })
    const outcome = expect(naming).rejects.toMatchObject({ code: 'invalid_operation' })
    await waitForLock(stack.ownerUrl)
    await commit()
    await outcome
  })

  test('counts the same money in other digits as no edit of money', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    expect(await edit(price, { amount: '10.00', billing_model: 'FLAT_FEE' }, daysFromNow(3))).toEqual(price)
  })

  test('has no effective_from', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    await expect(edit(price, { description: 'd' }, now)).rejects.toMatchObject({
      details: { fields: [{ path: 'effective_from' }] },
    })
  })
})
