import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { addPlan, addPrice, daysFromNow, now } from '../testing/catalog-rows.ts'
import { editPrice, subscribe } from '../testing/line-world.ts'
import { linesOf } from '../testing/run-price-sync.ts'
import { insertLineItem } from './line-item-additions.ts'
import { updateLineItem } from './line-item-edits.ts'

let databases: TestDatabase
let scoped: Scoped

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
})
afterAll(() => databases[Symbol.asyncDispose]())

test('a chain of ONETIME prices gives a subscription one line: a price edit does not bill it twice', async () => {
  const { id: planId } = await addPlan(scoped)
  const first = await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME' })
  const second = await editPrice(scoped, first.id, 4)
  expect(await linesOf(scoped, await subscribe(scoped, planId))).toMatchObject([{ price_id: first.id }])
  const later = await subscribe(scoped, planId, { startDate: daysFromNow(4) })
  expect(await linesOf(scoped, later)).toMatchObject([{ price_id: second.id }])
})

test('a ONETIME line changes at its start only: another line would bill it again', async () => {
  const { id: planId } = await addPlan(scoped)
  const subscriptionId = await subscribe(scoped, planId)
  const onetime = await addPrice(scoped, { plan_id: planId, billing_period: 'ONETIME' })
  const lineItemId = await insertLineItem(scoped, {
    subscriptionId,
    price: { id: onetime.id },
    startDate: daysFromNow(2),
    now,
  })
  await updateLineItem(scoped, { lineItemId, money: {}, now, quantity: '4' })
  const refused = { code: 'invalid_operation', message: expect.stringContaining('ONETIME') }
  const before = await linesOf(scoped, subscriptionId)
  for (const edit of [{ quantity: '5' }, { money: { amount: '7' } }]) {
    await expect(
      updateLineItem(scoped, { lineItemId, money: {}, ...edit, now: daysFromNow(3) }),
    ).rejects.toMatchObject(refused)
    await expect(
      updateLineItem(scoped, { lineItemId, money: {}, now, ...edit, effectiveFrom: daysFromNow(3) }),
    ).rejects.toMatchObject(refused)
  }
  expect(await linesOf(scoped, subscriptionId)).toEqual(before)
  expect(before).toContainEqual(expect.objectContaining({ price_id: onetime.id, quantity: 4 }))
})
