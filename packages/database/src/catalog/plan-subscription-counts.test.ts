import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { insertSubscriptions } from '../subscriptions/subscriptions.ts'
import { addPlan, newSubscription, now } from '../testing/catalog-rows.ts'
import { countLiveSubscriptions } from './plans.ts'

let databases: TestDatabase
let scoped: Scoped
let planIds: string[]
let customerId: string

beforeAll(async () => {
  databases = await createTestDatabase()
})
beforeEach(async () => {
  scoped = await databases.newTenant()
  customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  planIds = []
  for (let made = 0; made < 3; made++) planIds.push((await addPlan(scoped)).id)
})
afterAll(() => databases[Symbol.asyncDispose]())

async function create(planId: string, count: number, within = scoped): Promise<string[]> {
  const subscriptions = Array.from({ length: count }, () => newSubscription(customerId))
  return insertSubscriptions(within, { planId, subscriptions, now })
}

/** The kept counts, which must be what counting gives. */
async function counts(): Promise<number[]> {
  const kept = await Promise.all(planIds.map((planId) => countLiveSubscriptions(scoped, planId)))
  for (const [index, planId] of planIds.entries()) {
    const { count } = await scoped.db
      .selectFrom('subscriptions')
      .select((all) => all.fn.countAll<number>().as('count'))
      .where('plan_id', '=', planId)
      .where('subscription_status', '<>', 'cancelled')
      .executeTakeFirstOrThrow()
    expect(kept[index]).toBe(count)
  }
  return kept
}

async function setStatus(ids: readonly string[], subscription_status: 'active' | 'paused' | 'cancelled') {
  await scoped.db.updateTable('subscriptions').set({ subscription_status }).where('id', 'in', ids).execute()
}

async function moveTo(ids: readonly string[], plan_id: string) {
  await scoped.db.updateTable('subscriptions').set({ plan_id }).where('id', 'in', ids).execute()
}

test('a plan’s count follows creations, cancellations, their undoing, and nothing else', async () => {
  const [planId = ''] = planIds
  const ids = await create(planId, 3)
  expect(await counts()).toEqual([3, 0, 0])
  await setStatus(ids.slice(0, 2), 'cancelled')
  await setStatus(ids.slice(0, 2), 'cancelled')
  expect(await counts()).toEqual([1, 0, 0])
  await setStatus(ids.slice(2), 'paused')
  await setStatus(ids.slice(0, 1), 'active')
  expect(await counts()).toEqual([2, 0, 0])
})

test('a change of plan moves a live subscription’s count, and none of a cancelled one', async () => {
  const [first = '', second = ''] = planIds
  const [one = '', other = ''] = await create(first, 2)
  await setStatus([other], 'cancelled')
  await moveTo([one, other], second)
  expect(await counts()).toEqual([0, 1, 0])
  await scoped.db
    .updateTable('subscriptions')
    .set({ plan_id: first, subscription_status: 'active' })
    .where('id', '=', other)
    .execute()
  expect(await counts()).toEqual([1, 1, 0])
  await scoped.db
    .updateTable('subscriptions')
    .set({ plan_id: first, subscription_status: 'cancelled' })
    .where('id', '=', one)
    .execute()
  expect(await counts()).toEqual([1, 0, 0])
})

test('one statement over several plans, and one that inserts cancelled rows, count right', async () => {
  const [first = '', second = '', third = ''] = planIds
  const [template = ''] = await create(first, 1)
  await sql`
    insert into subscriptions
    select (jsonb_populate_record(s, jsonb_build_object('id', 'subs_copy_' || n,
      'plan_id', (array[${first}, ${second}, ${third}])[n % 3 + 1],
      'subscription_status', case when n % 10 = 0 then 'cancelled' else 'active' end))).*
    from subscriptions s cross join generate_series(1, 90) n where s.id = ${template}`.execute(scoped.db)
  expect(await counts()).toEqual([28, 27, 27])
  await scoped.db.updateTable('subscriptions').set({ subscription_status: 'cancelled' }).execute()
  expect(await counts()).toEqual([0, 0, 0])
  await scoped.db
    .updateTable('subscriptions')
    .set({ subscription_status: 'active', plan_id: third })
    .execute()
  expect(await counts()).toEqual([0, 0, 91])
})

test('an insertion that is rolled back, and an upsert that changes nothing, count nothing', async () => {
  const [planId = ''] = planIds
  const work = inTransaction(scoped, async (transaction) => {
    await create(planId, 2, transaction)
    throw new Error('changed its mind')
  })
  await expect(work).rejects.toThrow('changed its mind')
  await create(planId, 1)
  await sql`insert into subscriptions select * from subscriptions on conflict do nothing`.execute(scoped.db)
  expect(await counts()).toEqual([1, 0, 0])
})

test('concurrent creations, cancellations and changes of plan lose nothing', async () => {
  const ids = await create(planIds[0] ?? '', 24)
  await Promise.all(
    ids.flatMap((id, index) => [
      create(planIds[index % 3] ?? '', 1 + (index % 4)),
      index % 2 ? setStatus([id], 'cancelled') : moveTo([id], planIds[1 + (index % 3 === 0 ? 1 : 0)] ?? ''),
    ]),
  )
  const kept = await counts()
  expect(kept.reduce((sum, count) => sum + count, 0)).toBe(24 - 12 + 60)
})

test('another environment neither sees nor changes a count', async () => {
  const [planId = ''] = planIds
  await create(planId, 2)
  const foreign = await databases.newTenant()
  expect(await countLiveSubscriptions(foreign, planId)).toBe(0)
  await foreign.db.updateTable('plan_subscription_counts').set({ subscriptions: 0 }).execute()
  expect(await counts()).toEqual([2, 0, 0])
})
