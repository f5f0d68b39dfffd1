import { workflows } from '@flexprice/contracts/workflows'
import { insertPlan } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { updateEnvironmentSettings } from '@flexprice/database/tenancy'
import {
  createTestDatabase,
  insertMonthlySubscriptions,
  startService,
  terminateLeftOvers,
} from '@flexprice/testing'
import { createTestTemporal, testTemporalSettings, withTestClient } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'

const { definition } = workflows['cron-billing']
const now = new Date()
const monthMs = 31 * 86_400_000

/** A subscription without lines whose first period has ended: billing moves it on, and makes no invoice. */
async function addDue(scoped: Scoped): Promise<string> {
  const plan = await insertPlan(scoped, { name: 'Pro' }, now)
  const customer = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)
  const [id = ''] = await insertMonthlySubscriptions(scoped, {
    planId: plan.id,
    customerId: customer.id,
    count: 1,
  })
  const start = new Date(now.getTime() - monthMs)
  const end = new Date(now.getTime() - 1_000)
  await scoped.db
    .updateTable('subscriptions')
    .set({
      start_date: start,
      billing_anchor: end,
      current_period_start: start,
      current_period_end: end,
      next_billing_at: end,
    })
    .where('id', '=', id)
    .execute()
  return id
}

async function periodStart({ db }: Scoped, id: string): Promise<Date> {
  const row = await db
    .selectFrom('subscriptions')
    .select('current_period_start')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.current_period_start
}

/** What the schedule starts, past its rule that ticks do not overlap: as if it fired twice for a minute. */
async function tickTwice(): Promise<void> {
  const { type, taskQueue } = definition
  const once = (workflowId: string) =>
    withTestClient((client) =>
      client.workflow.execute(type, { workflowId, taskQueue, args: [{ kind: 'tick' }] }),
    )
  await Promise.all([once('tick-of-the-minute'), once('the-same-tick')])
}

test('ticks, twice for a minute, bill what is due once in every environment but a paused one; the worker stops', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  const [first, second, paused] = [
    await database.newTenant(),
    await database.newTenant(),
    await database.newTenant(),
  ]
  const [due, dueToo, left] = [await addDue(first), await addDue(second), await addDue(paused)]
  await updateEnvironmentSettings(paused, { billing_paused: true }, now)
  const before = await periodStart(paused, left)
  const { address, namespace } = testTemporalSettings()
  const worker = await startService('worker-cron-billing', {
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    LOG_LEVEL: 'error',
  })
  try {
    expect(await temporal.schedules.apply(definition)).toBe('created')
    expect(await temporal.schedules.apply(definition)).toBe('updated')
    await temporal.schedules.pause(definition.name, 'this test triggers it')
    expect(await temporal.schedules.describe(definition.name)).toMatchObject({ paused: true })
    await Promise.all([
      temporal.schedules.trigger(definition.name),
      temporal.schedules.trigger(definition.name),
      tickTwice(),
    ])
    await expect
      .poll(async () => [await periodStart(first, due), await periodStart(second, dueToo)], {
        timeout: 45_000,
      })
      .toEqual([new Date(now.getTime() - 1_000), new Date(now.getTime() - 1_000)])
    expect(await periodStart(paused, left)).toEqual(before)
    await tickTwice()
    for (const { db } of [first, second]) {
      const runs = await db.selectFrom('billing_runs').selectAll().execute()
      expect(runs).toMatchObject([{ trigger: 'schedule', created_by: 'system:billing' }])
    }
    expect([await periodStart(first, due), await periodStart(second, dueToo)]).toEqual([
      new Date(now.getTime() - 1_000),
      new Date(now.getTime() - 1_000),
    ])
    expect(await paused.db.selectFrom('billing_runs').selectAll().execute()).toEqual([])
  } finally {
    await withTestClient((client) => client.schedule.getHandle(definition.name).delete())
    await terminateLeftOvers(definition)
  }
  expect(await worker.stop()).toBe(0)
})
