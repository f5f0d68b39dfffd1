import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction } from '@flexprice/database/connection'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cyclesOf, day } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { askForMove, moveClock, outcomeOf } from '../testing/move-clock.ts'
import { untilSomebodyWaits } from '../testing/until-somebody-waits.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function clockOf(caller: Caller) {
  return (await caller.call('GET', '/environments/current/clock')).body
}

const from = '2026-01-01T00:00:00.000Z'
const heartbeatMs = 2_000
const to = '2026-07-15T00:00:00.000Z'

/** A monthly subscription and a move that has come to its second boundary, where it waits while the work is done. */
async function inTheMiddle(work: (caller: ClockedCaller) => Promise<unknown>) {
  const caller = await newClockedCaller(gateway, from)
  const { id } = await addCharged(caller, { start: from })
  await moveClock(caller, '2026-02-01T12:00:00Z')
  const asked = await inTransaction(caller.scoped, async ({ db }) => {
    await db.selectFrom('subscriptions').select('id').where('id', '=', id).forUpdate().execute()
    const answer = await askForMove(caller, to, { 'Idempotency-Key': id })
    await untilSomebodyWaits(gateway.database)
    await work(caller)
    return answer
  })
  return { caller, id, outcome: await outcomeOf(caller, asked), asked }
}

async function expectEachMonthOnce(caller: ClockedCaller, id: string): Promise<void> {
  const cycles = await cyclesOf(caller, id)
  const ends = ['02', '03', '04', '05', '06', '07'].map((month) => `2026-${month}-01`)
  expect(cycles.map(({ period_end }) => day(period_end))).toEqual(ends)
  expect(cycles.map(({ created_at }) => day(created_at))).toEqual(ends)
}

test('twice at once: the second move is a 409, and the first is told of while it goes on', async () => {
  const { caller, id, outcome } = await inTheMiddle(async (caller) => {
    expect(await askForMove(caller, to)).toMatchObject({ status: 409 })
    // A try whose answer was lost, as far as can be told.
    expect(await askForMove(caller, to, { 'Idempotency-Key': 'again' })).toMatchObject({ status: 202 })
    const other = { 'Idempotency-Key': 'other' }
    expect(await askForMove(caller, '2026-07-16T00:00:00Z', other)).toMatchObject({ status: 409 })
    const workflow_id = `billing-clock:${caller.scoped.scope.environmentId}`
    expect(await clockOf(caller)).toMatchObject({
      now: '2026-03-01T00:00:00.000Z',
      move: { to, workflow_id },
    })
    const workflow = await caller.call('GET', `/workflows/${workflow_id}`)
    // Four of its 23 weeks are behind it.
    expect(workflow.body).toMatchObject({
      status: 'Running',
      progress: { now: '2026-03-01T00:00:00.000Z', percent: 16.8 },
    })
    // A tick leaves what is due on the way to the move.
    const due = await gateway.database.database.listDueEnvironments({ afterId: '', environmentsMax: 1_000 })
    expect(due.map(({ environmentId }) => environmentId)).not.toContain(caller.scoped.scope.environmentId)
  })
  expect(outcome).toMatchObject({ status: 'Completed', result: { subscriptions_billed: 5, to } })
  await expectEachMonthOnce(caller, id)
  expect(await clockOf(caller)).toEqual({ environment_id: expect.any(String), kind: 'test', now: to })
})

test('the same request with its key is the same move, and another instant with it is a 409', async () => {
  const { caller, id, asked } = await inTheMiddle(async () => undefined)
  const headers = { 'Idempotency-Key': id }
  expect((await askForMove(caller, to, headers)).body).toEqual(asked.body)
  expect(await askForMove(caller, '2026-08-01T00:00:00Z', headers)).toMatchObject({ status: 409 })
  await expectEachMonthOnce(caller, id)
})

test('cancelled in the middle the clock stays where it stands, and another move goes on without loss or double', async () => {
  const { caller, id, outcome } = await inTheMiddle(async (caller) => {
    const { environmentId } = caller.scoped.scope
    const cancel = await caller.call('POST', `/workflows/billing-clock:${environmentId}/cancel`)
    expect(cancel).toMatchObject({ status: 200 })
    // The worker hears of it with its next heartbeat.
    await sleep(heartbeatMs + 1_000)
  })
  expect(outcome).toMatchObject({ status: 'Canceled' })
  const clock = await clockOf(caller)
  expect(clock).toMatchObject({ now: expect.not.stringContaining('2026-07') })
  expect(clock).not.toHaveProperty('move')
  expect((await caller.call('GET', '/billing/runs?limit=1')).body).toMatchObject({
    items: [{ trigger: 'clock', status: 'CANCELED' }],
  })
  await moveClock(caller, to)
  await expectEachMonthOnce(caller, id)
})

test('a move whose workflow was ended from outside is closed by the next one, and stops nothing', async () => {
  const { caller, id } = await inTheMiddle(async () => undefined)
  const left = await caller.scoped.db
    .updateTable('billing_runs')
    .set({ finished_at: null, workflow_run_id: randomUUID() })
    .where('as_of', '=', new Date(to))
    .returning('id')
    .executeTakeFirstOrThrow()
  await moveClock(caller, '2026-08-01T00:00:00Z')
  expect((await caller.call('GET', `/billing/runs/${left.id}`)).body).toMatchObject({ status: 'CANCELED' })
  expect(await cyclesOf(caller, id)).toHaveLength(7)
})

const standing = '2026-02-01T00:00:00.000Z'

test.each<[string, object, RegExp]>([
  ['an instant without a zone', { now: '2026-03-01T00:00:00' }, /RFC 3339 instant with its zone/],
  ['no instant', {}, /./],
  [
    'before the clock',
    { now: '2026-01-31T23:59:59.999Z' },
    /must not be before the clock, which stands at 2026-02/,
  ],
  ['200 years back', { now: '1826-02-01T00:00:00Z' }, /RFC 3339 instant/],
  ['11 years ahead', { now: '2037-02-01T00:00:00Z' }, /at most 10 years after 2026-02-01/],
])('refused: %s', async (_, body, message) => {
  const caller = await newClockedCaller(gateway, standing)
  const answer = await caller.call('POST', '/environments/current/clock', body)
  expect(answer).toMatchObject({ status: 400 })
  expect(problemsOf(answer)).toEqual({ now: expect.stringMatching(message) })
  expect(await clockOf(caller)).toMatchObject({ now: standing })
})

test('refused: in production, and in the past of an environment with records', async () => {
  const production = await gateway.newCaller()
  await gateway.database.asOwner("update environments set type = 'production' where id = $1", [
    production.scoped.scope.environmentId,
  ])
  const inProduction = await askForMove(production, '2099-01-01T00:00:00Z')
  expect([inProduction.status, problemsOf(inProduction)]).toEqual([
    400,
    { now: expect.stringContaining('production') },
  ])
  const used = await gateway.newCaller()
  await used.create('/plans', { name: 'Pro' })
  const inThePast = await askForMove(used, '2020-01-01T00:00:00Z')
  expect([inThePast.status, problemsOf(inThePast)]).toEqual([
    400,
    { now: expect.stringContaining('must not be in the past') },
  ])
  for (const caller of [production, used])
    expect(await clockOf(caller)).toMatchObject({ kind: 'time_of_day' })
})

test('another environment is not there, whoever it belongs to, and its clock stays', async () => {
  const [caller, foreign] = await Promise.all([
    newClockedCaller(gateway, standing),
    newClockedCaller(gateway, standing),
  ])
  const { environmentId } = foreign.scoped.scope
  for (const [method, body] of [
    ['GET', undefined],
    ['POST', { now: '2026-03-01T00:00:00Z' }],
  ] as const) {
    const answer = await caller.call(method, `/environments/${environmentId}/clock`, body)
    expect(answer).toMatchObject({ status: 404 })
  }
  const sibling = await gateway.database.asOwner(
    `insert into environments (id, tenant_id, name, type, clock_at)
      values ('env_sibling', $1, 'Other', 'development', $2) returning id`,
    [caller.scoped.scope.tenantId, standing],
  )
  expect(sibling).toHaveLength(1)
  await addCharged(caller, { start: standing })
  await addCharged(foreign, { start: standing })
  await moveClock(caller, '2026-04-01T00:00:00Z')
  expect(await clockOf(foreign)).toMatchObject({ now: standing })
  expect(
    await gateway.database.asOwner("select clock_at from environments where id = 'env_sibling'"),
  ).toEqual([{ clock_at: new Date(standing) }])
})
