import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { together } from '../connection/together.ts'
import { addPlan, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { dueSchedules } from './due-schedules.ts'
import { finishSchedules, insertSchedules, withdrawSchedules } from './schedule-writes.ts'
import { getSchedule, searchSchedules } from './schedules.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

async function subscribe(): Promise<string> {
  return (await addSubscription(scoped, { plan_id: planId })).id
}

function schedule(subscriptionId: string, days = 31) {
  const at = { subscription_id: subscriptionId, scheduled_at: daysFromNow(days) }
  return { ...at, schedule_type: 'plan_change', configuration: { target_plan_id: 'plan_next' } } as const
}

async function add(subscriptionId: string, days?: number): Promise<string> {
  const [id = ''] = await insertSchedules(scoped, [schedule(subscriptionId, days)], now)
  return id
}

test('of two changes that are asked for at once one waits, the other is a conflict', async () => {
  const id = await subscribe()
  const both = await Promise.allSettled([add(id), add(id)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'state_conflict' },
  })
})

test('what was executed, has failed, was cancelled or superseded makes room for the next', async () => {
  const id = await subscribe()
  const by = { runId: null, now }
  const executed = await add(id)
  await finishSchedules(scoped, [{ id: executed, result: { to_plan_id: 'plan_next' } }], by)
  const failed = await add(id)
  const error = { code: 'not_found', message: 'Plan plan_next does not exist' } as const
  await finishSchedules(scoped, [{ id: failed, error }], by)
  const cancelled = await add(id)
  expect(await withdrawSchedules(scoped, [id], { as: 'cancelled', now })).toEqual([cancelled])
  const superseded = await add(id)
  await withdrawSchedules(scoped, [id], { as: 'superseded', now })
  expect(await withdrawSchedules(scoped, [id], { as: 'cancelled', now })).toEqual([])
  const { items } = await searchSchedules(scoped, { subscription_id: id, order: 'asc' })
  expect(items).toMatchObject([
    {
      id: executed,
      schedule_status: 'executed',
      executed_at: now,
      execution_result: { to_plan_id: 'plan_next' },
    },
    { id: failed, schedule_status: 'failed', error_code: 'not_found', error_message: error.message },
    { id: cancelled, schedule_status: 'cancelled', cancelled_at: now, executed_at: null },
    { id: superseded, schedule_status: 'superseded', configuration: { target_plan_id: 'plan_next' } },
  ])
})

test('a boundary finds what is due at it or before, of its own subscriptions alone', async () => {
  const [due, overdue, later, done, other] = await Promise.all([1, 2, 3, 4, 5].map(subscribe))
  if (!due || !overdue || !later || !done || !other) throw new Error('five subscriptions were made')
  const ids = [await add(due, 31), await add(overdue, 24)]
  await insertSchedules(scoped, [schedule(later, 32), schedule(done), schedule(other)], now)
  await withdrawSchedules(scoped, [done], { as: 'cancelled', now })
  await scoped.db
    .updateTable('subscriptions')
    .set({ next_billing_at: daysFromNow(31) })
    .execute()
  const [found] = await inTransaction(scoped, (transaction) =>
    together(transaction, dueSchedules(transaction, [due, overdue, later, done])),
  )
  expect([...found.values()].map(({ id }) => id)).toEqual(ids)
  expect(found.get(overdue)?.scheduled_at).toEqual(daysFromNow(24))
})

test('another environment’s schedules do not exist', async () => {
  const subscriptionId = await subscribe()
  const id = await add(subscriptionId)
  const elsewhere = await databases.newTenant()
  await expect(getSchedule(elsewhere, id)).rejects.toMatchObject({ code: 'not_found' })
  expect(await withdrawSchedules(elsewhere, [subscriptionId], { as: 'cancelled', now })).toEqual([])
  expect(await getSchedule(scoped, id)).toMatchObject({ schedule_status: 'pending' })
})
