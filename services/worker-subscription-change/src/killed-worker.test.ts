import { workflows } from '@flexprice/contracts/workflows'
import {
  createTestDatabase,
  type HeldPlace,
  holdStatements,
  startTcpProxy,
  terminateLeftOvers,
  testStack,
} from '@flexprice/testing'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'
import { createUnharmed, startWorker, untilNobodyWorks } from './testing/change-worker.ts'
import {
  addChangingEnvironment,
  type ChangingEnvironment,
  changeInput,
  type PlanName,
  writtenIn,
} from './testing/changing-environment.ts'

const contract = workflows['subscription-change']
const resultMsMax = 120_000

interface Step extends Omit<HeldPlace, 'environmentId'> {
  readonly to: PlanName
  readonly clockAt?: string
  /** What is committed when the worker is killed: September's end is billed, by a transaction before the change's. */
  readonly isBilled?: true
}

const inSeptember = '2026-09-20T00:00:00Z'
const inOctober = '2026-10-15T00:00:00Z'

/** Where a change is when its worker is killed, each in an environment of its own. */
const steps: Readonly<Record<string, Step>> = {
  'its facts to be read': { to: 'pro', table: 'invoice_line_items', on: 'read' },
  'lines to be closed': { to: 'pro', table: 'subscription_line_items', on: 'update' },
  'lines to be opened': { to: 'pro', table: 'subscription_line_items', on: 'insert' },
  'its own row to be written': { to: 'pro', table: 'subscription_changes', on: 'insert' },
  'the subscription to be moved': { to: 'pro', table: 'subscriptions', on: 'update' },
  'credits to be kept': { to: 'pro', table: 'line_credits', on: 'insert' },
  'invoices to be lowered': { to: 'basic', table: 'invoice_adjustments', on: 'insert' },
  'its invoice to be written': { to: 'pro', table: 'invoice_line_items', on: 'insert' },
  'its number to be taken': { to: 'pro', table: 'invoice_number_counters', on: 'insert' },
  'behind with its billing, tried first': {
    ...{ to: 'pro', table: 'invoices', on: 'insert', clockAt: inOctober },
  },
  'its billing brought up, in the change': {
    ...{ to: 'pro', table: 'subscriptions', on: 'update', clockAt: inOctober, isBilled: true },
    // Not in the trial, in which the same transaction has billed.
    when: `old.current_period_start > '2026-09-15' and old.xmin <> pg_current_xact_id()::xid`,
  },
}

test('kill -9 of the worker between any two steps of a change: it is there once or not at all, and is told right', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(contract.definition))
  const worker = left.use(await startWorker(database))
  const all = await Promise.all(
    Object.values(steps).map(async (step) => {
      const { clockAt = inSeptember } = step
      return { ...step, clockAt, environment: await addChangingEnvironment(database, { clockAt }) }
    }),
  )
  const before = await Promise.all(all.map(({ environment }) => writtenIn(environment)))
  await using held = await holdStatements(database, all.map(placeOf))
  const results = await Promise.all(
    all.map(async ({ environment, to }) => {
      const { scope } = environment.scoped
      const input = await changeInput(environment, environment.subscriptionIds[0] ?? '', to)
      const { workflowId, runId } = await temporal.startWorkflow(contract, input, scope)
      return () => temporal.workflowResult(scope, workflowId, { runId, waitMs: resultMsMax })
    }),
  )
  await held.untilHeld(all.length)
  await worker.kill()
  await held.release()
  await untilNobodyWorks(database)
  for (const [index, { environment, isBilled }] of all.entries()) {
    const written = await writtenIn(environment)
    if (!isBilled) expect(written).toEqual(before[index])
    else expect(written).toMatchObject([{ plan: 'other', changes: [{}], invoices: [{}, {}, {}] }])
  }

  await using _restarted = await startWorker(database)
  const unharmed = createUnharmed(database)
  for (const [index, { environment, to, clockAt }] of all.entries()) {
    const outcome = await results[index]?.()
    expect(outcome).toMatchObject({ status: 'Completed', result: { to_plan: { name: to } } })
    expect(await writtenIn(environment)).toEqual(await unharmed({ clockAt, to }))
  }
}, 180_000)

function placeOf({ environment, table, on, when = 'true' }: Step & { environment: ChangingEnvironment }) {
  return { environmentId: environment.scoped.scope.environmentId, table, on, when }
}

test('kill -9 of the worker once its change is committed, and nobody knows: it is told, and not made again', async () => {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(contract.definition))
  await using way = await startTcpProxy(testStack().temporalAddress)
  const worker = left.use(await startWorker(database, way.address))
  const environment = await addChangingEnvironment(database, { clockAt: inSeptember })
  const { scope } = environment.scoped
  const [id = ''] = environment.subscriptionIds
  const place = {
    environmentId: scope.environmentId,
    table: 'invoice_number_counters',
    on: 'insert',
  } as const
  await using held = await holdStatements(database, [place])
  const input = await changeInput(environment, id, 'pro')
  const { workflowId, runId } = await temporal.startWorkflow(contract, input, scope)
  await held.untilHeld(1)
  await way.cut()
  await held.release()
  await expect.poll(() => writtenIn(environment), { timeout: 30_000 }).toMatchObject([{ plan: 'pro' }])
  const written = await writtenIn(environment)
  await worker.kill()

  await using _restarted = await startWorker(database)
  const outcome = await temporal.workflowResult(scope, workflowId, { runId, waitMs: resultMsMax })
  const changes = environment.scoped.db.selectFrom('subscription_changes').select('id').orderBy('id')
  const last = (await changes.execute()).at(-1)
  expect(outcome).toMatchObject({ status: 'Completed', result: { change_id: last?.id } })
  expect(await writtenIn(environment)).toEqual(written)
}, 180_000)
