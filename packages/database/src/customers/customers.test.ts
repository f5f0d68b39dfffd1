import { createTestDatabase } from '@flexprice/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../connection/connection.ts'
import { addPlan, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import {
  getCustomer,
  getCustomerByExternalId,
  insertCustomer,
  searchCustomers,
  updateCustomer,
} from './customers.ts'
import { deleteCustomer } from './delete-customers.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

describe('a customer', () => {
  test('comes back as it was written, the rest at its default', async () => {
    const scoped = await stack.newTenant()
    const written = await insertCustomer(
      scoped,
      {
        external_id: 'a',
        name: 'Ada',
        metadata: { tier: 'gold' },
        contact_persons: [{ name: 'Bo' }],
        email: undefined,
      },
      now,
    )
    expect(await getCustomer(scoped, written.id)).toEqual(written)
    expect(await getCustomerByExternalId(scoped, 'a')).toEqual(written)
    expect(written).toMatchObject({
      environment_id: scoped.scope.environmentId,
      metadata: { tier: 'gold' },
      contact_persons: [{ name: 'Bo' }],
      email: '',
      timezone: 'UTC',
      status: 'published',
      created_at: now,
      created_by: 'user_test',
    })
  })

  test('keeps what a change leaves out', async () => {
    const scoped = await stack.newTenant()
    const { id } = await insertCustomer(scoped, { external_id: 'a', name: 'Ada', email: 'a@b.c' }, now)
    const later = daysFromNow(1)
    const changed = await updateCustomer(
      scoped,
      id,
      { name: 'Bea', metadata: { a: 'b' }, email: undefined },
      later,
    )
    expect(changed).toMatchObject({
      name: 'Bea',
      email: 'a@b.c',
      metadata: { a: 'b' },
      updated_at: later,
      created_at: now,
    })
  })

  test('does not share its external id, until it is deleted', async () => {
    const scoped = await stack.newTenant()
    const { id } = await insertCustomer(scoped, { external_id: 'a', name: 'Ada' }, now)
    const again = () => insertCustomer(scoped, { external_id: 'a', name: 'Bea' }, now)
    await expect(again()).rejects.toMatchObject({ code: 'already_exists' })
    await inTransaction(scoped, (transaction) => deleteCustomer(transaction, id, now))
    await expect(getCustomer(scoped, id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(updateCustomer(scoped, id, {}, now)).rejects.toMatchObject({ code: 'not_found' })
    expect((await again()).id).not.toBe(id)
  })

  test('with a subscription that is not cancelled is not deleted, and the refusal names it', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const paused = await addSubscription(scoped, { plan_id, subscription_status: 'paused' })
    const removal = () =>
      inTransaction(scoped, (transaction) => deleteCustomer(transaction, paused.customer_id, now))
    await expect(removal()).rejects.toMatchObject({
      code: 'in_use',
      message: expect.stringContaining(paused.id),
    })
    await scoped.db.updateTable('subscriptions').set({ subscription_status: 'cancelled' }).execute()
    await removal()
  })

  test('is not deleted while a subscription of it is being created', async () => {
    const scoped = await stack.newTenant()
    const { id: plan_id } = await addPlan(scoped)
    const { id: customer_id } = await insertCustomer(scoped, { external_id: 'a', name: 'Ada' }, now)
    const created = Promise.withResolvers<void>()
    const deleting = Promise.withResolvers<void>()
    const creation = inTransaction(scoped, async (transaction) => {
      await addSubscription(transaction, { plan_id, customer_id })
      created.resolve()
      await deleting.promise
    })
    await created.promise
    const removal = inTransaction(scoped, (transaction) => deleteCustomer(transaction, customer_id, now))
    const outcome = expect(removal).rejects.toMatchObject({ code: 'in_use' })
    await waitForLock(stack.ownerUrl)
    deleting.resolve()
    await creation
    await outcome
  })
})

describe('a search of customers', () => {
  test('finds by each of its own filters', async () => {
    const scoped = await stack.newTenant()
    const ada = await insertCustomer(
      scoped,
      { external_id: 'a', name: 'Ada', email: 'a@x.y', metadata: { k: 'v' } },
      now,
    )
    const bea = await insertCustomer(scoped, { external_id: 'b', name: 'Bea' }, now)
    const find = async (search: Parameters<typeof searchCustomers>[1]) =>
      (await searchCustomers(scoped, search)).items.map((row) => row.id)
    expect(await find({})).toHaveLength(2)
    expect(await find({ customer_ids: [bea.id] })).toEqual([bea.id])
    expect(await find({ customer_ids: [] })).toEqual([])
    expect(await find({ external_id: 'a' })).toEqual([ada.id])
    expect(await find({ external_ids: ['b', 'c'] })).toEqual([bea.id])
    expect(await find({ email: 'a@x.y' })).toEqual([ada.id])
    expect(await find({ metadata: { k: 'v' } })).toEqual([ada.id])
    expect(await find({ metadata: { k: 'w' } })).toEqual([])
    expect(await find({ status: 'deleted' })).toEqual([])
  })
})
