import { setTimeout as sleep } from 'node:timers/promises'
import { workflows } from '@flexprice/contracts/workflows'
import { readNow } from '@flexprice/database/connection'
import {
  createTestDatabase,
  type HeldPlace,
  holdStatements,
  type TestDatabase,
  terminateLeftOvers,
} from '@flexprice/testing'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'
import { startBillings, startBillingWorker } from './testing/billing-worker.ts'
import { addDueEnvironment, billsOf, expectBilledOnce } from './testing/due-environment.ts'
import { addMonthlyGrants, givenIn } from './testing/due-grants.ts'

interface Phase extends Omit<HeldPlace, 'environmentId'> {
  readonly clockAt?: string
  readonly months?: readonly string[]
  /** What is committed when the worker is killed. */
  readonly before?: number
}

const oneDue = '2026-09-15T00:00:00Z'

/** Where a page is when its worker is killed, each in an environment of its own. */
const phases: Readonly<Record<string, Phase>> = {
  hold: { table: 'customers', on: 'read' },
  rate: { table: 'events', on: 'read' },
  'settled, and the invoices to be written': { table: 'invoices', on: 'insert' },
  'lines to be written': { table: 'invoice_line_items', on: 'insert' },
  'subscriptions to be moved on': { table: 'subscriptions', on: 'update' },
  'numbers to be taken': { table: 'invoice_number_counters', on: 'insert' },
  'all written but the run’s own counts': { table: 'billing_run_totals', on: 'insert' },
  'the first page committed, in the second': {
    ...{ table: 'subscriptions', on: 'update', when: `old.current_period_start > '2026-08-15'` },
    ...{ clockAt: '2026-10-15T00:00:00Z', months: ['2026-08', '2026-09'], before: 3 },
  },
  'drafts to be closed': {
    table: 'invoice_number_counters',
    on: 'insert',
    clockAt: '2026-09-01T00:10:00Z',
    before: 3,
  },
}

test('kill -9 of the worker in each phase of a page: after its restart all is billed once, numbers without a gap', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(workflows['cron-billing'].definition))
  const worker = left.use(await startBillingWorker(database))
  const all = await Promise.all(
    Object.values(phases).map(async (phase) => ({
      ...phase,
      due: await addDueEnvironment(database, phase.clockAt ?? oneDue),
    })),
  )
  const environments = all.map(({ due }) => due)
  const waiting = environments.slice(-1)
  await (await startBillings(temporal, waiting))()
  for (const due of waiting) await due.moveClock(oneDue)
  await using held = await holdStatements(
    database,
    all.map(({ due, table, on, when = 'true' }) => {
      return { environmentId: due.scoped.scope.environmentId, table, on, when }
    }),
  )
  const results = await startBillings(temporal, environments)
  await held.untilHeld(all.length)
  await worker.kill()
  await held.release()
  await untilNobodyWorks(database)
  for (const { due, before = 0 } of all) expect(await billsOf(due)).toHaveLength(before)

  await using _restarted = await startBillingWorker(database)
  for (const result of await results()) expect(result).toMatchObject({ status: 'Completed' })
  for (const { due, months = ['2026-08'] } of all) await expectBilledOnce(due, months)
}, 180_000)

test('kill -9 of the worker in a clock’s move: after its restart the move goes on, nothing is billed twice or passed over, also as it is asked for again', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(workflows['cron-billing'].definition))
  const worker = left.use(await startBillingWorker(database))
  const from = '2026-08-02T00:00:00Z'
  const to = '2026-12-01T00:00:00.000Z'
  const due = await addDueEnvironment(database, from)
  const { scope } = due.scoped
  await using held = await holdStatements(database, [
    { environmentId: scope.environmentId, ...{ table: 'subscriptions', on: 'update', when: secondMonth } },
  ])
  const move = { kind: 'clock', to } as const
  const { workflowId, runId } = await temporal.startWorkflow(workflows['cron-billing'], move, scope)
  await held.untilHeld(1)
  await worker.kill()
  await held.release()
  await untilNobodyWorks(database)
  expect(await readNow(due.scoped)).toEqual(new Date('2026-10-01T00:00:00Z'))
  expect(await billsOf(due)).toHaveLength(3)

  await using _restarted = await startBillingWorker(database)
  const result = await temporal.workflowResult(scope, workflowId, { runId, waitMs: 60_000 })
  expect(result).toMatchObject({
    status: 'Completed',
    // December's begin is a boundary of its own; what it closes waits for an hour.
    result: { to, subscriptions_billed: 12, invoices_created: 12, invoices_finalized: 9 },
  })
  // The same sentence once more.
  const again = await temporal.startWorkflow(workflows['cron-billing'], move, scope)
  expect(
    await temporal.workflowResult(scope, again.workflowId, { runId: again.runId, waitMs: 60_000 }),
  ).toMatchObject({
    status: 'Completed',
    result: { to, subscriptions_billed: 0, invoices_created: 0, invoices_finalized: 0 },
  })
  await due.moveClock('2026-12-01T01:00:00Z')
  await (await startBillings(temporal, [due]))()
  await expectBilledOnce(due, ['2026-08', '2026-09', '2026-10', '2026-11'])
}, 180_000)

const secondMonth = "old.current_period_start > '2026-08-15'"

/** Until the killed worker's transactions are gone: PostgreSQL learns of its end when it next writes to it. */
async function untilNobodyWorks({ asOwner }: TestDatabase): Promise<void> {
  const working = `select from pg_stat_activity
    where datname = current_database() and application_name = 'worker-cron-billing' and xact_start is not null`
  for (let tries = 0; tries < 200 && (await asOwner(working)).length > 0; tries++) await sleep(50)
  expect(await asOwner(working)).toEqual([])
}

test('kill -9 of the worker while it gives credits: after its restart each grant is given once', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(workflows['cron-billing'].definition))
  const worker = left.use(await startBillingWorker(database))
  const places = [
    { table: 'wallets', on: 'insert' },
    { table: 'wallet_transactions', on: 'insert' },
    { table: 'credit_grant_applications', on: 'update' },
    { table: 'credit_grant_applications', on: 'insert' },
    { table: 'billing_run_slices', on: 'update', when: "old.work = 'grants'" },
  ] as const
  const all = await Promise.all(
    places.map(async (place) => {
      const due = await addDueEnvironment(database, oneDue)
      await addMonthlyGrants(due)
      return { ...place, due }
    }),
  )
  const environments = all.map(({ due }) => due)
  await using held = await holdStatements(
    database,
    all.map(({ due, table, on, ...place }) => ({
      ...{ environmentId: due.scoped.scope.environmentId, table, on, when: 'true' },
      ...place,
    })),
  )
  const results = await startBillings(temporal, environments)
  await held.untilHeld(all.length)
  await worker.kill()
  await held.release()
  await untilNobodyWorks(database)
  for (const due of environments) expect(await givenIn(due)).toEqual([])

  await using _restarted = await startBillingWorker(database)
  for (const result of await results()) expect(result).toMatchObject({ status: 'Completed' })
  for (const due of environments) {
    // Of each of the three, August's and September's.
    expect(await givenIn(due)).toEqual(['2026-08', '2026-08', '2026-08', '2026-09', '2026-09', '2026-09'])
  }
}, 180_000)
