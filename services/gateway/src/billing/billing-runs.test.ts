import { workflows } from '@flexprice/contracts/workflows'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf, day, runOf, startBilling } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const newCaller = () => newClockedCaller(gateway, '2026-11-15T00:00:00Z')
const missed = ['2026-08-01', '2026-09-01', '2026-10-01']

const runsCounted = z.object({ items: z.array(z.looseObject({ subscriptions_billed: z.int() })) })

/** As two ticks of the schedule do that meet, or one that comes twice. */
async function billDueTwice({ scoped: { scope } }: Caller): Promise<void> {
  const start = () => gateway.temporal.startWorkflow(workflows['cron-billing'], { kind: 'due' }, scope)
  const [one, other] = await Promise.all([start(), start()])
  for (const { workflowId, runId } of [one, other]) {
    await gateway.temporal.workflowResult(scope, workflowId, { runId, waitMs: 20_000 })
  }
}

async function periodsOf(caller: Caller, id: string): Promise<string[]> {
  return (await cyclesOf(caller, id)).map(({ period_start }) => day(period_start))
}

test('every missed period is billed once, oldest first, each with its usage and the next one in advance', async () => {
  const caller = await newCaller()
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-15T00:00:00Z')
  await subscription.use('2026-09-15T00:00:00Z')
  await subscription.use('2026-09-16T00:00:00Z')
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 3, subscriptions_failed: 0 })
  const made = await cyclesOf(caller, subscription.id)
  expect(
    made.map(({ period_start, invoice_status, total }) => [day(period_start), invoice_status, total]),
  ).toEqual([
    ['2026-08-01', 'FINALIZED', '10.5'],
    ['2026-09-01', 'FINALIZED', '11'],
    ['2026-10-01', 'FINALIZED', '10'],
  ])
  expect((await caller.call('GET', `/subscriptions/${subscription.id}`)).body).toMatchObject({
    current_period_start: '2026-11-01T00:00:00.000Z',
    current_period_end: '2026-12-01T00:00:00.000Z',
    subscription_status: 'active',
  })
})

test('a run that comes again has nothing to do and makes nothing', async () => {
  const caller = await newCaller()
  const subscription = await addCharged(caller)
  await bill(caller)
  const before = await cyclesOf(caller, subscription.id)
  expect(await bill(caller)).toMatchObject({ due: 0, subscriptions_billed: 0, invoices_created: 0 })
  expect(await cyclesOf(caller, subscription.id)).toEqual(before)
})

test('a dry run tells the next period of each and writes nothing', async () => {
  const caller = await newCaller()
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-15T00:00:00Z')
  expect(await bill(caller, { dry_run: true })).toMatchObject({
    dry_run: true,
    subscriptions_billed: 1,
    totals: [{ currency: 'usd', invoices: 1, total: '10.5' }],
  })
  expect(await cyclesOf(caller, subscription.id)).toEqual([])
  expect((await caller.call('GET', `/subscriptions/${subscription.id}`)).body).toMatchObject({
    current_period_start: '2026-08-01T00:00:00.000Z',
  })
})

test('two runs at once, and the environment’s own, bill each period once', async () => {
  const caller = await newCaller()
  const first = await addCharged(caller)
  const all = [first, ...(await Promise.all([1, 2, 3].map(() => addCharged(caller, first))))]
  await Promise.all([bill(caller), bill(caller), billDueTwice(caller)])
  for (const { id } of all) expect(await periodsOf(caller, id)).toEqual(missed)
  const runs = runsCounted.parse((await caller.call('GET', '/billing/runs')).body).items
  const billed = runs.reduce((sum, { subscriptions_billed }) => sum + subscriptions_billed, 0)
  expect(billed).toBe(missed.length * all.length)
})

test('the same request, sent again with its key, is the same run', async () => {
  const caller = await newCaller()
  const { id } = await addCharged(caller)
  const key = { 'Idempotency-Key': 'november' }
  const [one, other] = await Promise.all([startBilling(caller, {}, key), startBilling(caller, {}, key)])
  expect(other.billing_run_id).toBe(one.billing_run_id)
  expect(await runOf(caller, one)).toMatchObject({ status: 'COMPLETED', subscriptions_billed: 3 })
  // Its workflow has ended, and what was due since is not this run's.
  await caller.moveClock('2027-01-15T00:00:00Z')
  const again = await startBilling(caller, {}, key)
  expect(again.billing_run_id).toBe(one.billing_run_id)
  expect(await runOf(caller, again)).toMatchObject({ status: 'COMPLETED', subscriptions_billed: 3 })
  expect(await periodsOf(caller, id)).toEqual(missed)
  const used = await caller.call('POST', '/billing/runs', { dry_run: true }, key)
  expect(used).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { fields: { 'Idempotency-Key': expect.any(String) } } },
  })
})
