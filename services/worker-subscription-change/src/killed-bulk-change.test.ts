import { type SubscriptionChangeWorkflowInput, workflows } from '@flexprice/contracts/workflows'
import { insertBulkChange, startBulkChange } from '@flexprice/database/changes'
import { readNow } from '@flexprice/database/connection'
import { createTestDatabase, holdStatements, terminateLeftOvers } from '@flexprice/testing'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'
import { createUnharmed, startWorker, untilNobodyWorks } from './testing/change-worker.ts'
import {
  addChangingEnvironment,
  type ChangingEnvironment,
  orderOf,
  type PlanName,
  writtenIn,
} from './testing/changing-environment.ts'

const contract = workflows['subscription-change']
const resultMsMax = 120_000
const inSeptember = '2026-09-20T00:00:00Z'

/** Where the second of two pages is, the first being committed. */
const pageSteps = [
  { table: 'subscription_changes', on: 'insert', to: 'pro' },
  { table: 'line_credits', on: 'insert', to: 'pro' },
  { table: 'invoice_adjustments', on: 'insert', to: 'basic' },
  { table: 'bulk_change_items', on: 'update', to: 'pro' },
  { table: 'bulk_change_slices', on: 'update', to: 'pro' },
  { table: 'invoices', on: 'insert', to: 'pro' },
] as const

test('kill -9 of the worker in a page of many changes: what is committed stays, the rest is made, each once', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(contract.definition))
  const worker = left.use(await startWorker(database))
  const run = async ({ scoped: { scope } }: ChangingEnvironment, input: SubscriptionChangeWorkflowInput) => {
    const { workflowId, runId } = await temporal.startWorkflow(contract, input, scope)
    return () => temporal.workflowResult(scope, workflowId, { runId, waitMs: resultMsMax })
  }
  const all = await Promise.all(
    pageSteps.map(async (step) => {
      const environment = await addChangingEnvironment(database, { clockAt: inSeptember, count: 2 })
      const bulkChangeId = await previewBulk(environment, step.to)
      const preview = await run(environment, { mode: 'preview_bulk', bulk_change_id: bulkChangeId })
      expect(await preview()).toMatchObject({ status: 'Completed', result: { subscriptions: 2 } })
      await startBulkChange(environment.scoped, bulkChangeId, await readNow(environment.scoped))
      return { ...step, environment, bulkChangeId }
    }),
  )
  // Two slices of one subscription each, of which the second is held.
  const places = await Promise.all(
    all.map(async ({ environment, table, on }) => ({
      ...{ environmentId: environment.scoped.scope.environmentId, table, on },
      when: await isOfSecond(table, environment),
    })),
  )
  await using held = await holdStatements(database, places)
  const results = await Promise.all(
    all.map(({ environment, bulkChangeId }) =>
      run(environment, { mode: 'execute_bulk', bulk_change_id: bulkChangeId }),
    ),
  )
  await held.untilHeld(all.length)
  // A second one that has taken the number of an invoice before its first lets it go on as it gives up, and is held again.
  for (const { environment, to } of all) {
    await expect
      .poll(() => writtenIn(environment), { timeout: 60_000 })
      .toMatchObject([{ plan: to }, { plan: 'other' }])
  }
  await held.untilHeld(all.length)
  await worker.kill()
  await held.release()
  await untilNobodyWorks(database)
  for (const { environment, to } of all) {
    expect(await writtenIn(environment)).toMatchObject([{ plan: to }, { plan: 'other', changes: [{}] }])
  }

  await using _restarted = await startWorker(database)
  const unharmed = createUnharmed(database)
  for (const [index, { environment, to }] of all.entries()) {
    expect(await results[index]?.()).toMatchObject({
      status: 'Completed',
      result: { subscriptions: 2, left_out: 0 },
    })
    const of = { clockAt: inSeptember, to, count: 2 }
    expect(await writtenIn(environment)).toEqual(await unharmed(of))
  }
}, 240_000)

async function previewBulk(environment: ChangingEnvironment, to: PlanName): Promise<string> {
  const { scoped, subscriptionIds } = environment
  const { target_plan_id, proration_behavior, change_at, supersede } = orderOf(environment, to)
  const none = { plan_id: null, currency: null, billing_period: null, started_before: null }
  const order = { target_plan_id, proration_behavior, change_at, supersede }
  return await insertBulkChange(
    scoped,
    { ...none, ...order, subscription_ids: subscriptionIds, idempotency_key: to, request_hash: 'hash' },
    await readNow(scoped),
  )
}

async function isOfSecond(
  table: (typeof pageSteps)[number]['table'],
  { scoped, subscriptionIds }: ChangingEnvironment,
): Promise<string> {
  if (table === 'bulk_change_slices') return 'new.slice = 1'
  const [, second = ''] = subscriptionIds
  if (table !== 'invoice_adjustments') return `new.subscription_id = '${second}'`
  const invoices = scoped.db.selectFrom('invoices').select('id').where('subscription_id', '=', second)
  return `new.invoice_id in (${(await invoices.execute()).map(({ id }) => `'${id}'`).join()})`
}
