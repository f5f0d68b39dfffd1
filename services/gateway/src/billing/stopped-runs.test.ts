import { inTransaction } from '@flexprice/database/connection'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, cyclesOf, day, runOf, startBilling } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { addCharged, type ChargedSubscription } from '../testing/charged-subscription.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { untilSomebodyWaits } from '../testing/until-somebody-waits.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const missed = ['2026-08-01', '2026-09-01', '2026-10-01']
const newCaller = () => newClockedCaller(gateway, '2026-11-15T00:00:00Z')

async function addFour(caller: ClockedCaller): Promise<readonly ChargedSubscription[]> {
  const first = await addCharged(caller)
  return [first, ...(await Promise.all([1, 2, 3].map(() => addCharged(caller, first))))]
}

/** Starts a run, and does something while one of its pages waits for a subscription that others hold. */
async function inTheMiddle(
  caller: ClockedCaller,
  held: ChargedSubscription,
  work: (runId: string) => Promise<unknown>,
) {
  const started = await inTransaction(caller.scoped, async ({ db }) => {
    await db.selectFrom('subscriptions').select('id').where('id', '=', held.id).forUpdate().execute()
    const run = await startBilling(caller, {}, { 'Idempotency-Key': held.id })
    await untilSomebodyWaits(gateway.database)
    await work(run.billing_run_id)
    return run
  })
  return runOf(caller, started)
}

/** Whole periods, one after the other: an invoice for each that the subscription has left behind. */
async function expectWhole(caller: ClockedCaller, all: readonly ChargedSubscription[]): Promise<number> {
  let periods = 0
  for (const { id } of all) {
    const cycles = await cyclesOf(caller, id)
    expect(cycles.map(({ period_start }) => day(period_start))).toEqual(missed.slice(0, cycles.length))
    expect((await caller.call('GET', `/subscriptions/${id}`)).body).toMatchObject({
      current_period_start: cycles.at(-1)?.period_end ?? '2026-08-01T00:00:00.000Z',
    })
    periods += cycles.length
  }
  return periods
}

test('a run cancelled in the middle leaves whole pages, the next one goes on, and a second cancel is refused', async () => {
  const caller = await newCaller()
  const all = await addFour(caller)
  const [held] = all
  if (!held) throw new Error('There are four')
  const cancel = (id: string) => caller.call('POST', `/billing/runs/${id}/cancel`)
  const run = await inTheMiddle(caller, held, async (id) => {
    expect(await cancel(id)).toMatchObject({ status: 202 })
  })
  expect(run).toMatchObject({ status: 'CANCELED', finished_at: expect.anything() })
  const before = await expectWhole(caller, all)
  expect(run).toMatchObject({ subscriptions_billed: before, invoices_created: before })
  expect(before).toBeLessThan(missed.length * all.length)
  expect(await cancel(run.id)).toMatchObject({ status: 400, body: { code: 'invalid_operation' } })
  // Asked for again by its key it is what it was: an end is an end.
  const again = await runOf(caller, await startBilling(caller, {}, { 'Idempotency-Key': held.id }))
  expect(again).toEqual(run)
  expect(await expectWhole(caller, all)).toBe(before)
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: missed.length * all.length - before })
  expect(await expectWhole(caller, all)).toBe(missed.length * all.length)
})

test('an environment paused in the middle of a run is billed to the page’s end, and goes on once it is not', async () => {
  const caller = await newCaller()
  const all = await addFour(caller)
  const [held] = all
  if (!held) throw new Error('There are four')
  const pause = (billing_paused: boolean) =>
    caller.call('PUT', `/environments/${caller.scoped.scope.environmentId}/settings`, { billing_paused })
  const run = await inTheMiddle(caller, held, async () => {
    expect(await pause(true)).toMatchObject({ status: 200 })
  })
  expect(run).toMatchObject({ status: 'COMPLETED' })
  const before = await expectWhole(caller, all)
  expect(before).toBeLessThan(missed.length * all.length)
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 0 })
  expect(await dueEnvironments()).not.toContain(caller.scoped.scope.environmentId)
  await pause(false)
  expect(await dueEnvironments()).toContain(caller.scoped.scope.environmentId)
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: missed.length * all.length - before })
  expect(await expectWhole(caller, all)).toBe(missed.length * all.length)
})

/** What a tick of the schedule would start. */
async function dueEnvironments(): Promise<readonly string[]> {
  const due = await gateway.database.database.listDueEnvironments({ afterId: '', environmentsMax: 100 })
  return due.map(({ environmentId }) => environmentId)
}
