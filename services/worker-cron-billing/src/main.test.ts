import { workflows } from '@flexprice/contracts/workflows'
import { insertPlan } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { updateEnvironmentSettings } from '@flexprice/database/tenancy'
import { createTestDatabase, insertMonthlySubscriptions, startService } from '@flexprice/testing'
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

test('a tick bills what is due in every environment but a paused one, on its own behalf; the worker stops', async () => {
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
    await temporal.schedules.trigger(definition.name)
    await expect
      .poll(async () => [await periodStart(first, due), await periodStart(second, dueToo)], {
        timeout: 45_000,
      })
      .toEqual([new Date(now.getTime() - 1_000), new Date(now.getTime() - 1_000)])
    expect(await periodStart(paused, left)).toEqual(before)
    const run = await first.db.selectFrom('billing_runs').selectAll().executeTakeFirstOrThrow()
    expect(run).toMatchObject({ trigger: 'schedule', created_by: 'system:billing' })
    expect(await paused.db.selectFrom('billing_runs').selectAll().execute()).toEqual([])
  } finally {
    await withTestClient((client) => client.schedule.getHandle(definition.name).delete())
  }
  expect(await worker.stop()).toBe(0)
})
