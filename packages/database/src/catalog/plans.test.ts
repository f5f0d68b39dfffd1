import { createTestDatabase } from '@flexprice/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../connection/connection.ts'
import { addPlan, addPrice, addSubscription, daysFromNow, monthly, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { countLiveSubscriptions, deletePlan, getPlan, insertPlan, searchPlans, updatePlan } from './plans.ts'
import { getPrice, insertPrices } from './prices.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

describe('a plan', () => {
  test('comes back as it was written, and changes in part', async () => {
    const scoped = await stack.newTenant()
    const plan = await insertPlan(
      scoped,
      { name: 'Pro', lookup_key: 'pro', display_order: 2, metadata: { a: 'b' } },
      now,
    )
    expect(await getPlan(scoped, plan.id)).toEqual(plan)
    expect(plan).toMatchObject({
      price_sequence: 0,
      synced_price_sequence: 0,
      metadata: { a: 'b' },
      description: '',
    })
    const later = daysFromNow(1)
    const changed = await updatePlan(scoped, plan.id, { description: 'New', lookup_key: null }, later)
    expect(changed).toEqual({ ...plan, description: 'New', lookup_key: null, updated_at: later })
  })

  test('does not share its lookup key, until it is deleted', async () => {
    const scoped = await stack.newTenant()
    const { id } = await insertPlan(scoped, { name: 'Pro', lookup_key: 'pro' }, now)
    const again = () => insertPlan(scoped, { name: 'Pro 2', lookup_key: 'pro' }, now)
    await expect(again()).rejects.toMatchObject({ code: 'already_exists' })
    await inTransaction(scoped, (transaction) => deletePlan(transaction, id, now))
    await again()
  })

  test('in use by a live subscription is not deleted, and the refusal says by how many', async () => {
    const scoped = await stack.newTenant()
    const plan = await addPlan(scoped)
    const subscription = await addSubscription(scoped, { plan_id: plan.id })
    await addSubscription(scoped, { plan_id: plan.id, customer_id: subscription.customer_id })
    expect(await countLiveSubscriptions(scoped, plan.id)).toBe(2)
    const removal = () => inTransaction(scoped, (transaction) => deletePlan(transaction, plan.id, now))
    await expect(removal()).rejects.toMatchObject({
      code: 'in_use',
      details: { subscriptions: 2 },
    })
    await scoped.db.updateTable('subscriptions').set({ subscription_status: 'cancelled' }).execute()
    await removal()
  })

  test('that is deleted is not found any more, nor are its prices, whose lookup keys are free again', async () => {
    const scoped = await stack.newTenant()
    const plan = await addPlan(scoped)
    const price = await addPrice(scoped, { plan_id: plan.id, lookup_key: 'seat' })
    await inTransaction(scoped, (transaction) => deletePlan(transaction, plan.id, now))
    await expect(getPlan(scoped, plan.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(updatePlan(scoped, plan.id, { name: 'X' }, now)).rejects.toMatchObject({ code: 'not_found' })
    await expect(getPrice(scoped, price.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(addPrice(scoped, { plan_id: plan.id })).rejects.toMatchObject({ code: 'not_found' })
    const other = await addPlan(scoped)
    await addPrice(scoped, { plan_id: other.id, lookup_key: 'seat' })
  })

  test('is not deleted while a subscription of it is being created', async () => {
    const scoped = await stack.newTenant()
    const plan = await addPlan(scoped)
    const created = Promise.withResolvers<void>()
    const deleting = Promise.withResolvers<void>()
    const creation = inTransaction(scoped, async (transaction) => {
      await addSubscription(transaction, { plan_id: plan.id })
      created.resolve()
      await deleting.promise
    })
    await created.promise
    const removal = inTransaction(scoped, (transaction) => deletePlan(transaction, plan.id, now))
    const outcome = expect(removal).rejects.toMatchObject({ code: 'in_use' })
    await waitForLock(stack.ownerUrl)
    deleting.resolve()
    await creation
    await outcome
  })
})

describe("a plan's price sequence", () => {
  test('is raised once by a bulk insert, and every price carries it', async () => {
    const scoped = await stack.newTenant()
    const [one, other] = [await addPlan(scoped), await addPlan(scoped)]
    await addPrice(scoped, { plan_id: other.id })
    const prices = await inTransaction(scoped, (transaction) =>
      insertPrices(
        transaction,
        [one, other, one, one].map(({ id }) => monthly({ plan_id: id })),
        now,
      ),
    )
    expect(prices.map((price) => [price.plan_id, price.sequence])).toEqual([
      [one.id, 1],
      [other.id, 2],
      [one.id, 1],
      [one.id, 1],
    ])
    expect(await getPlan(scoped, one.id)).toMatchObject({ price_sequence: 1, synced_price_sequence: 0 })
  })

  test('gives every one of many concurrent changes of two plans its own number, without a deadlock', async () => {
    const scoped = await stack.newTenant()
    const plans = [await addPlan(scoped), await addPlan(scoped)]
    const changes = 40
    const inserted = await Promise.all(
      Array.from({ length: changes }, (_, index) =>
        inTransaction(scoped, (transaction) =>
          insertPrices(
            transaction,
            (index % 2 ? plans : plans.toReversed()).map(({ id }) => monthly({ plan_id: id })),
            now,
          ),
        ),
      ),
    )
    for (const plan of plans) {
      const sequences = inserted
        .flat()
        .filter((price) => price.plan_id === plan.id)
        .map((price) => price.sequence)
      expect(sequences.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: changes }, (_, index) => index + 1),
      )
      expect((await getPlan(scoped, plan.id)).price_sequence).toBe(changes)
    }
  })

  test('does not move when the insert fails', async () => {
    const scoped = await stack.newTenant()
    const plan = await addPlan(scoped)
    await expect(addPrice(scoped, { plan_id: plan.id, currency: 'US' })).rejects.toThrow()
    expect((await getPlan(scoped, plan.id)).price_sequence).toBe(0)
  })
})

test('a search of plans finds by each of its own filters', async () => {
  const scoped = await stack.newTenant()
  const one = await insertPlan(
    scoped,
    { name: 'One', lookup_key: 'one', metadata: { a: 'b' }, display_order: 1 },
    now,
  )
  const two = await insertPlan(scoped, { name: 'Two', display_order: 2 }, now)
  const find = async (search: Parameters<typeof searchPlans>[1]) =>
    (await searchPlans(scoped, search)).items.map((row) => row.id)
  expect(await find({ plan_ids: [two.id] })).toEqual([two.id])
  expect(await find({ lookup_key: 'one' })).toEqual([one.id])
  expect(await find({ metadata: { a: 'b' } })).toEqual([one.id])
  expect(await find({ sort: [{ field: 'display_order', direction: 'desc' }] })).toEqual([two.id, one.id])
})
