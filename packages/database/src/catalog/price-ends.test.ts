import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { getPlan } from './plans.ts'
import { endPrice, updatePrice } from './price-edits.ts'
import type { PriceRow } from './prices.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
let planId: string
beforeEach(async () => {
  scoped = await stack.newTenant()
  planId = (await addPlan(scoped)).id
})

const startedBefore = { start_date: daysFromNow(-10) }

function end(price: PriceRow, endDate?: Date, at = now): Promise<PriceRow> {
  return inTransaction(scoped, (transaction) =>
    endPrice(transaction, { priceId: price.id, endDate, now: at }),
  )
}

describe('the end of a price', () => {
  test('is the instant asked for, else now, and raises the sequence', async () => {
    const price = await addPrice(scoped, { plan_id: planId, ...startedBefore, lookup_key: 'seat' })
    expect(await end(price)).toEqual({ ...price, end_date: now, sequence: 2 })
    const other = await addPrice(scoped, { plan_id: planId, lookup_key: 'seat' })
    expect(await end(other, daysFromNow(9))).toMatchObject({ end_date: daysFromNow(9), sequence: 4 })
  })

  test('moves when asked for again with another, and stays without one once it has passed', async () => {
    const price = await addPrice(scoped, { plan_id: planId, ...startedBefore })
    await end(price, daysFromNow(9))
    const moved = await end(price, daysFromNow(5))
    expect(moved).toMatchObject({ end_date: daysFromNow(5), sequence: 3 })
    expect(await end(price, daysFromNow(5))).toEqual(moved)
    expect(await end(price, undefined, daysFromNow(6))).toEqual(moved)
    expect((await getPlan(scoped, planId)).price_sequence).toBe(3)
  })

  test('of a scheduled price without an instant is its start', async () => {
    const price = await addPrice(scoped, { plan_id: planId, start_date: daysFromNow(5) })
    expect((await end(price)).end_date).toEqual(daysFromNow(5))
  })

  test('is refused before its start, and after a successor came', async () => {
    const price = await addPrice(scoped, { plan_id: planId })
    await expect(end(price, daysFromNow(-1))).rejects.toMatchObject({
      details: { fields: [{ path: 'end_date' }] },
    })
    const edit = { priceId: price.id, changes: { amount: '20' }, effectiveFrom: daysFromNow(3), now }
    await inTransaction(scoped, (transaction) => updatePrice(transaction, edit))
    await expect(end(price, daysFromNow(1))).rejects.toMatchObject({ code: 'invalid_operation' })
  })
})
