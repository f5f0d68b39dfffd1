import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { holdSubscription } from '../subscriptions/hold-subscription.ts'
import { moveEnd } from '../subscriptions/move-end.ts'
import { addPlan, daysFromNow, now } from '../testing/catalog-rows.ts'
import { subscribe } from '../testing/line-world.ts'
import { cancelSchedule } from './cancel-schedule.ts'
import { insertSchedules } from './schedule-writes.ts'
import { getSchedule } from './schedules.ts'

let databases: TestDatabase
let scoped: Scoped
let subscriptionId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant({ clockAt: now })
  subscriptionId = await subscribe(scoped, (await addPlan(scoped)).id)
})
afterAll(() => databases[Symbol.asyncDispose]())

const keys = [
  'end_date',
  'cancel_at',
  'cancel_at_period_end',
  'current_period_end',
  'next_billing_at',
] as const

function read() {
  return scoped.db
    .selectFrom('subscriptions')
    .select(keys)
    .where('id', '=', subscriptionId)
    .executeTakeFirst()
}

/** A cancellation that is scheduled for a day, of a subscription with that end of its own. */
function scheduleEnd(days: number, ownEnd: Date | null): Promise<string> {
  const at = daysFromNow(days)
  return inTransaction(scoped, async (transaction) => {
    const held = await holdSubscription(transaction, subscriptionId)
    const own = await moveEnd(transaction, held, { at: ownEnd, cancellation: null }, now)
    const cancellation = { behavior: 'none', isAtPeriodEnd: false } as const
    await moveEnd(transaction, own, { at, cancellation }, now)
    const of = { subscription_id: subscriptionId, schedule_type: 'cancellation', scheduled_at: at } as const
    const [id = ''] = await insertSchedules(
      transaction,
      [{ ...of, configuration: { own_end: ownEnd?.toISOString() ?? null } }],
      now,
    )
    return id
  })
}

test.each([
  ['for ever', null],
  ['to the end of its own', daysFromNow(25)],
])(
  'a cancellation that is taken back lets the subscription go on %s, its period whole again',
  async (_, end) => {
    const id = await scheduleEnd(10, end)
    const at = daysFromNow(10)
    const cut = { end_date: at, cancel_at: at, current_period_end: at, next_billing_at: at }
    expect(await read()).toMatchObject(cut)
    await inTransaction(scoped, (transaction) => cancelSchedule(transaction, id, daysFromNow(5)))
    const periodEnd = end ?? daysFromNow(31)
    const own = { end_date: end, cancel_at: null, cancel_at_period_end: false }
    expect(await read()).toEqual({ ...own, current_period_end: periodEnd, next_billing_at: periodEnd })
    expect(await getSchedule(scoped, id)).toMatchObject({ schedule_status: 'cancelled' })
  },
)

test('one whose instant has come, or that was taken back already, is a conflict and changes nothing', async () => {
  const id = await scheduleEnd(10, null)
  const cancel = (days: number) =>
    inTransaction(scoped, (transaction) => cancelSchedule(transaction, id, daysFromNow(days)))
  await expect(cancel(10)).rejects.toMatchObject({ code: 'state_conflict' })
  expect(await read()).toMatchObject({ end_date: daysFromNow(10) })
  await cancel(9)
  await expect(cancel(9)).rejects.toMatchObject({
    code: 'state_conflict',
    message: expect.stringMatching(/is cancelled/),
  })
})
