import { insertPlan, insertPrices, updatePrice } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { createApiKey } from '@flexprice/database/tenancy'
import { createTestDatabase } from '@flexprice/testing'
import { expect, it } from 'vitest'
import { currentDemo } from './demo.ts'
import { demoPrices } from './demo-prices.ts'

it('a running stack is described with the price that can be changed now, not with the one it began with', async () => {
  await using database = await createTestDatabase()
  const scoped = await database.newTenant()
  const { id: planId } = await insertPlan(scoped, { name: 'Demo' }, await readNow(scoped))
  const prices = demoPrices.map((price) => ({ ...price, plan_id: planId }))
  await inTransaction(scoped, async (transaction) =>
    insertPrices(transaction, prices, await readNow(transaction)),
  )
  const { secret } = await createApiKey(scoped, { name: 'Demo' })
  const recorded = { plan_id: planId, next_amount: '12.50', workflow_id: 'price-sync:env:plan' }
  const stack = { database_url: database.appUrl, api_key: secret, demo: recorded }
  const first = await currentDemo(stack)
  if (first?.price_id === undefined) throw new Error('the demo has a price')
  expect(first.next_amount).toBe('12.50')

  const edit = { priceId: first.price_id, changes: { amount: '12.50' } }
  const successor = await inTransaction(scoped, async (transaction) =>
    updatePrice(transaction, { ...edit, now: await readNow(transaction) }),
  )
  expect(await currentDemo(stack)).toEqual({ ...first, price_id: successor.id, next_amount: '15.00' })
  expect(await currentDemo({ ...stack, api_key: 'sk_of_another_database' })).toBeUndefined()
})
