import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
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

const newCaller = () => newClockedCaller(gateway, '2026-09-15T00:00:00Z')

const failures = z.object({
  items: z.array(
    z.looseObject({
      subscription_id: z.string(),
      attempts: z.int(),
      last_failed_at: z.coerce.date(),
      next_attempt_at: z.coerce.date(),
    }),
  ),
})

async function failuresOf(caller: Caller, runId: string) {
  return failures.parse((await caller.call('GET', `/billing/runs/${runId}/failures`)).body).items
}

/** With the quantity of its FIXED lines it can be rated, or not: the most that is stored has 20 digits. */
async function setQuantity({ scoped }: Caller, subscriptionId: string, quantity: string): Promise<void> {
  await scoped.db
    .updateTable('subscription_line_items')
    .set({ quantity })
    .where('subscription_id', '=', subscriptionId)
    .execute()
}

async function makeDue({ scoped }: Caller): Promise<void> {
  await scoped.db.updateTable('billing_failures').set({ next_attempt_at: new Date() }).execute()
}

/** Two subscriptions of a plan; the second one cannot be rated. */
async function addTwo(caller: Caller): Promise<{ good: string; bad: string }> {
  const good = await addCharged(caller)
  const bad = await addCharged(caller, good)
  await setQuantity(caller, bad.id, '99999999999999999999')
  return { good: good.id, bad: bad.id }
}

test('a subscription that cannot be rated is left out with its reason, and stops nobody else', async () => {
  const caller = await newCaller()
  const { good, bad } = await addTwo(caller)
  expect(await bill(caller, { dry_run: true })).toMatchObject({
    subscriptions_billed: 1,
    subscriptions_failed: 1,
  })
  const run = await bill(caller)
  expect(run).toMatchObject({ subscriptions_billed: 1, subscriptions_failed: 1, invoices_created: 1 })
  expect(await cyclesOf(caller, good)).toHaveLength(1)
  expect(await cyclesOf(caller, bad)).toEqual([])
  expect((await caller.call('GET', `/subscriptions/${bad}`)).body).toMatchObject({
    current_period_start: '2026-08-01T00:00:00.000Z',
  })
  expect(await failuresOf(caller, run.id)).toMatchObject([
    {
      subscription_id: bad,
      work: 'periods',
      error: { code: 'validation_error', message: expect.stringMatching(/20 digits/) },
      attempts: 1,
    },
  ])
  // Until its next attempt it is in no page.
  expect(await bill(caller)).toMatchObject({ due: 0 })
})

test('it is tried again after a minute of the time of day, then twice as long each time, at most six hours', async () => {
  const caller = await newCaller()
  await addTwo(caller)
  const minutes: number[] = []
  for (let attempt = 1; attempt <= 4; attempt++) {
    if (attempt === 4) await caller.scoped.db.updateTable('billing_failures').set({ attempts: 30 }).execute()
    const [failure] = await failuresOf(caller, (await bill(caller)).id)
    if (!failure) throw new Error('It has not failed')
    expect(Math.abs(failure.last_failed_at.getTime() - Date.now())).toBeLessThan(60_000)
    minutes.push((failure.next_attempt_at.getTime() - failure.last_failed_at.getTime()) / 60_000)
    await makeDue(caller)
  }
  expect(minutes).toEqual([1, 2, 4, 360])
})

test('what is asked for again is tried at once, and once it is billed it has not failed any more', async () => {
  const caller = await newCaller()
  const { good, bad } = await addTwo(caller)
  const run = await bill(caller)
  const retry = async (subscriptionId: string, who: Caller = caller) =>
    who.call('POST', `/billing/runs/${run.id}/failures/${subscriptionId}/retry`)
  const retried = async () => {
    const answer = await retry(bad)
    expect(answer).toMatchObject({ status: 202 })
    const { workflow_id, run_id } = started.parse(answer.body)
    await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&run_id=${run_id}&wait=20s`)
  }
  await retried()
  // The attempt was another run's: it is the last that tried.
  expect(await failuresOf(caller, run.id)).toEqual([])
  const again = { status: 400, body: { code: 'invalid_operation' } }
  expect(await retry(bad)).toMatchObject(again)
  await caller.scoped.db.updateTable('billing_failures').set({ run_id: run.id }).execute()
  await setQuantity(caller, bad, '1')
  await retried()
  expect(await cyclesOf(caller, bad)).toHaveLength(1)
  expect(await failuresOf(caller, run.id)).toEqual([])
  for (const id of [bad, good, 'sub_unknown']) expect(await retry(id)).toMatchObject(again)
})

test('a draft that cannot be rated any more is kept as such, and the others are closed', async () => {
  const caller = await newClockedCaller(gateway, '2026-08-05T00:00:00Z')
  const good = await addCharged(caller)
  const bad = await addCharged(caller)
  await caller.moveClock('2026-09-01T00:10:00Z')
  await bill(caller)
  const price = caller.scoped.db.selectFrom('prices').select('id').where('type', '=', 'USAGE')
  const tooDear = price.where('plan_id', '=', bad.planId)
  await bad.use('2026-08-10T00:00:00Z')
  await caller.scoped.db.updateTable('prices').set({ amount: '9e19' }).where('id', '=', tooDear).execute()
  await bad.use('2026-08-11T00:00:00Z')
  await caller.moveClock('2026-09-01T01:00:00Z')
  const run = await bill(caller)
  expect(run).toMatchObject({ invoices_finalized: 1, subscriptions_failed: 1 })
  expect(await cyclesOf(caller, good.id)).toMatchObject([{ invoice_status: 'FINALIZED' }])
  expect(await cyclesOf(caller, bad.id)).toMatchObject([{ invoice_status: 'DRAFT', total: '10' }])
  expect(await failuresOf(caller, run.id)).toMatchObject([{ subscription_id: bad.id, work: 'drafts' }])
})

test('a run whose invoices come to more than one may have bills them all', async () => {
  const caller = await newCaller()
  const { id: planId } = await caller.create('/plans', { name: 'Dear' })
  const long = { start_date: '2020-01-01T00:00:00Z' }
  await caller.create('/prices', priceBody(planId, { ...long, amount: '60000000000000000000' }))
  for (let i = 0; i < 3; i++) await addCharged(caller, { planId })
  expect(await bill(caller)).toMatchObject({
    subscriptions_billed: 3,
    subscriptions_failed: 0,
    totals: [{ currency: 'usd', invoices: 3, total: '180000000000000000000' }],
  })
})

test('another tenant’s run does not exist: neither it, nor its failures, nor what could be done with it', async () => {
  const caller = await newCaller()
  const { bad } = await addTwo(caller)
  const { id } = await bill(caller)
  const stranger = await gateway.newCaller()
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/failures'],
    ['POST', `/failures/${bad}/retry`],
    ['POST', '/cancel'],
  ] as const) {
    expect(await stranger.call(method, `/billing/runs/${id}${path}`)).toMatchObject({ status: 404 })
    expect(await caller.call(method, `/billing/runs/bill_unknown${path}`)).toMatchObject({ status: 404 })
    expect(await caller.call(method, `/billing/runs/${bad}${path}`)).toMatchObject({ status: 404 })
  }
  expect(await stranger.call('GET', '/billing/runs')).toMatchObject({ body: { items: [] } })
  expect(await failuresOf(caller, id)).toMatchObject([{ subscription_id: bad, attempts: 1 }])
})

const started = z.object({ workflow_id: z.string(), run_id: z.string() })
