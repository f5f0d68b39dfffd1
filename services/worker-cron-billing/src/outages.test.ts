import { setTimeout as sleep } from 'node:timers/promises'
import { workflows } from '@flexprice/contracts/workflows'
import {
  createTestDatabase,
  holdStatements,
  startTcpProxy,
  type TcpProxy,
  terminateLeftOvers,
  testOutageMs,
  testStack,
} from '@flexprice/testing'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'
import { startBillings, startBillingWorker } from './testing/billing-worker.ts'
import { addDueEnvironment, expectBilledOnce } from './testing/due-environment.ts'

/** A page is open when the server goes away, another environment's billing begins meanwhile; then both end. */
async function billThroughOutage(server: 'postgres' | 'temporal', target: string): Promise<void> {
  await using database = await createTestDatabase()
  await using temporal = createTestTemporal()
  await using left = new AsyncDisposableStack()
  left.defer(() => terminateLeftOvers(workflows['cron-billing'].definition))
  await using proxy: TcpProxy = await startTcpProxy(target)
  await using worker = await startBillingWorker(database, { [server]: proxy.address })
  const open = await addDueEnvironment(database, '2026-10-15T00:00:00Z')
  const later = await addDueEnvironment(database, '2026-10-15T00:00:00Z')
  const { environmentId } = open.scoped.scope
  await using held = await holdStatements(database, [{ environmentId, table: 'subscriptions', on: 'update' }])
  const first = await startBillings(temporal, [open])
  await held.untilHeld(1)
  await proxy.cut()
  await held.release()
  const second = await startBillings(temporal, [later])
  const health = await fetch(`${worker.url}/health/ready`)
  if (server === 'postgres') expect(health.status).toBe(503)
  await sleep(testOutageMs())
  await proxy.mend()
  for (const result of [...(await first()), ...(await second())]) {
    expect(result).toMatchObject({ status: 'Completed' })
  }
  for (const due of [open, later]) await expectBilledOnce(due, ['2026-08', '2026-09'])
  expect(await worker.stop()).toBe(0)
}

test('the database is away while a page is open: billing goes on by itself, once each, numbers without a gap', async () => {
  await billThroughOutage('postgres', new URL(testStack().postgresUrl).host)
}, 240_000)

test('Temporal is away while a page is open: what was committed stays, and billing goes on by itself, once each', async () => {
  await billThroughOutage('temporal', testStack().temporalAddress)
}, 240_000)
