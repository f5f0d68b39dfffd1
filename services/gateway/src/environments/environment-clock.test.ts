import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, cyclesOf, day, invoicesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function clockOf(caller: Caller) {
  return (await caller.call('GET', '/environments/current/clock')).body
}

/** What was written of money and time, in whichever environment it was. */
async function booksOf({ scoped }: Caller) {
  return await scoped.db
    .selectFrom('invoices as i')
    .leftJoin('invoice_line_items as l', 'l.invoice_id', 'i.id')
    .select([
      'i.billing_reason',
      'i.invoice_status',
      'i.period_start',
      'i.period_end',
      'i.total',
      'i.invoice_number',
    ])
    .select(['i.created_at', 'i.finalized_at', 'i.issue_date', 'i.due_date'])
    .select(['l.quantity', 'l.amount', 'l.period_start as line_start', 'l.period_end as line_end'])
    .orderBy('i.period_start')
    .orderBy('i.period_end')
    .orderBy('i.total')
    .orderBy('l.period_start')
    .orderBy('l.amount')
    .execute()
}

test('an empty environment is set into the past, and a year of billing passes in one move', async () => {
  const caller = await gateway.newCaller()
  expect(await clockOf(caller)).toMatchObject({ kind: 'time_of_day' })
  const start = '2021-01-01T00:00:00.000Z'
  expect(await moveClock(caller, start)).toMatchObject({ from: start, to: start, subscriptions_billed: 0 })
  expect(await clockOf(caller)).toMatchObject({ kind: 'test', now: start })

  const subscription = await addCharged(caller, { start })
  await subscription.use('2021-01-20T00:00:00Z')
  const end = '2022-01-01T00:30:00.000Z'
  const result = await moveClock(caller, end)
  expect(result).toMatchObject({
    ...{ from: start, to: end, subscriptions_billed: 12, subscriptions_failed: 0, invoices_created: 12 },
    // The last one's delay of an hour is not over.
    ...{ invoices_finalized: 11, totals: [{ currency: 'usd', invoices: 12, total: '120.5' }] },
  })
  const cycles = await cyclesOf(caller, subscription.id)
  expect(cycles.map(({ period_end }) => day(period_end)).slice(0, 3)).toEqual([
    '2021-02-01',
    '2021-03-01',
    '2021-04-01',
  ])
  const [first] = cycles
  expect(first).toMatchObject({
    ...{ total: '10.5', created_at: '2021-02-01T00:00:00.000Z' },
    ...{ finalized_at: '2021-02-01T01:00:00.000Z', invoice_number: 'INV-202102-000001' },
  })
  expect(await moveClock(caller, end)).toMatchObject({
    from: end,
    invoices_created: 0,
    invoices_finalized: 0,
  })
  expect(await clockOf(caller)).toMatchObject({ now: end })
  const runs = await caller.call('GET', '/billing/runs')
  expect(runs.body).toMatchObject({
    items: [
      { trigger: 'clock', clock_from: end, as_of: end, status: 'COMPLETED' },
      { trigger: 'clock', clock_from: start, as_of: end, subscriptions_billed: 12 },
      { trigger: 'clock', clock_from: start, as_of: start },
    ],
  })
})

test('a move writes the same books as a schedule that comes at each instant, however it is cut', async () => {
  const start = '2024-01-31T08:00:00Z'
  const instants = [
    '2024-02-29T08:00:00Z',
    '2024-02-29T09:00:00Z',
    '2024-03-31T08:00:00Z',
    '2024-03-31T09:00:00Z',
  ]
  const books: unknown[] = []
  for (const way of ['schedule', 'one move', 'many moves'] as const) {
    const caller = await newClockedCaller(gateway, start)
    const one = await addCharged(caller, { start })
    const other = await addCharged(caller, {
      start: '2024-02-10T00:00:00Z',
      changes: { trial_period_days: 5 },
    })
    await one.use('2024-02-10T00:00:00Z')
    await other.use('2024-03-10T00:00:00Z')
    if (way === 'one move') await moveClock(caller, '2024-04-09T00:00:00Z')
    const between = ['2024-02-10T00:00:00Z', '2024-02-15T00:00:00Z', ...instants.slice(0, 2)]
    const later = [
      '2024-03-15T00:00:00Z',
      '2024-03-15T01:00:00Z',
      ...instants.slice(2),
      '2024-04-09T00:00:00Z',
    ]
    if (way === 'many moves') for (const at of between.concat(later)) await moveClock(caller, at)
    if (way === 'schedule') {
      for (const at of between.concat(later)) {
        await caller.moveClock(at)
        await bill(caller)
      }
    }
    books.push(await booksOf(caller))
  }
  const [schedule, ...moves] = books
  expect(schedule).toHaveLength(9)
  for (const move of moves) expect(move).toEqual(schedule)
})

test('what is asked for by the time of day follows the clock: events, effective dates, what is next', async () => {
  const caller = await newClockedCaller(gateway, '2030-01-01T00:00:00Z')
  const subscription = await addCharged(caller, { start: '2030-01-01T00:00:00Z' })
  await moveClock(caller, '2031-06-15T00:00:00Z')
  const event = { event_name: 'call', external_customer_id: subscription.externalId, properties: {} }
  const ahead = { ...event, timestamp: '2031-06-17T00:00:00Z' }
  expect(await caller.call('POST', '/events', ahead)).toMatchObject({ status: 400 })
  expect(await caller.call('POST', '/events', { ...event, event_id: 'now' })).toMatchObject({ status: 202 })
  expect(
    (await caller.call('GET', `/events/lookup?id=now&external_customer_id=${subscription.externalId}`)).body,
  ).toMatchObject({
    event: { timestamp: '2031-06-15T00:00:00.000Z' },
  })
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: subscription.id })
  expect(preview.body).toMatchObject({
    period_start: '2031-06-01T00:00:00.000Z',
    period_end: '2031-07-01T00:00:00.000Z',
  })
  const { id: plan } = await caller.create('/plans', { name: 'Later' })
  expect((await caller.call('GET', `/plans/${plan}`)).body).toMatchObject({
    created_at: '2031-06-15T00:00:00.000Z',
  })
})

test('no cached answer of before is given after a move', async () => {
  const caller = await newClockedCaller(gateway, '2026-02-01T00:00:00Z')
  const { id: plan } = await caller.create('/plans', { name: 'Pro' })
  const price = await caller.create('/prices', priceBody(plan, { end_date: '2026-05-01T00:00:00Z' }))
  const pricesOf = async () => (await caller.call('GET', `/plans/${plan}`)).body
  for (let time = 0; time < 2; time++) expect(await pricesOf()).toMatchObject({ prices: [{ id: price.id }] })
  await moveClock(caller, '2026-05-01T00:00:00Z')
  expect(await pricesOf()).toMatchObject({ prices: [] })
})

test('an environment with a test clock is never billed by the time of day', async () => {
  const behind = await newClockedCaller(gateway, '2020-01-01T00:00:00Z')
  await addCharged(behind, { start: '2020-01-01T00:00:00Z' })
  const ahead = await newClockedCaller(gateway, '2090-01-01T00:00:00Z')
  await addCharged(ahead, { start: '2089-11-15T00:00:00Z' })
  const due = await gateway.database.database.listDueEnvironments({ afterId: '', environmentsMax: 1_000 })
  const ids = due.map(({ environmentId }) => environmentId)
  expect(ids).not.toContain(behind.scoped.scope.environmentId)
  expect(ids).toContain(ahead.scoped.scope.environmentId)
})

test('impossible: two environments’ clocks that touch each other, also where both move at once', async () => {
  const start = '2026-01-01T00:00:00.000Z'
  const [moved, still, other] = [
    await newClockedCaller(gateway, start),
    await newClockedCaller(gateway, start),
    await newClockedCaller(gateway, start),
  ]
  const subscriptions = await Promise.all(
    [moved, still, other].map((caller) => addCharged(caller, { start })),
  )
  const [ofMoved, ofStill, ofOther] = subscriptions.map(({ id }) => id)
  await Promise.all([moveClock(moved, '2026-04-01T02:00:00Z'), moveClock(other, '2026-02-01T02:00:00Z')])
  expect(await clockOf(still)).toMatchObject({ kind: 'test', now: start })
  expect(await clockOf(other)).toMatchObject({ kind: 'test', now: '2026-02-01T02:00:00.000Z' })
  const counts = [
    await cyclesOf(moved, String(ofMoved)),
    await cyclesOf(still, String(ofStill)),
    await cyclesOf(other, String(ofOther)),
  ].map(({ length }) => length)
  expect(counts).toEqual([3, 0, 1])
  expect(await moveClock(still, '2026-02-01T02:00:00Z')).toMatchObject({ from: start, invoices_created: 1 })
})

test('while billing is paused the clock moves and nothing is billed; the next move makes up for it', async () => {
  const caller = await newClockedCaller(gateway, '2026-01-01T00:00:00Z')
  const { id } = await addCharged(caller, { start: '2026-01-01T00:00:00Z' })
  await caller.call('PUT', '/environments/current/settings', { billing_paused: true })
  expect(await moveClock(caller, '2026-04-15T00:00:00Z')).toMatchObject({ subscriptions_billed: 0 })
  await caller.call('PUT', '/environments/current/settings', { billing_paused: false })
  expect(await moveClock(caller, '2026-04-15T00:00:00Z')).toMatchObject({ subscriptions_billed: 3 })
  expect(await invoicesOf(caller, id)).toHaveLength(4)
})

test('what cannot be billed on the way is told as failed, stops nobody, and is due afterwards', async () => {
  const caller = await newClockedCaller(gateway, '2026-01-01T00:00:00Z')
  const good = await addCharged(caller, { start: '2026-01-01T00:00:00Z' })
  const bad = await addCharged(caller, { ...good, start: '2026-01-01T00:00:00Z' })
  await caller.scoped.db
    .updateTable('subscription_line_items')
    .set({ quantity: '99999999999999999999' })
    .where('subscription_id', '=', bad.id)
    .execute()
  const result = await moveClock(caller, '2026-04-15T00:00:00Z')
  expect(result).toMatchObject({ subscriptions_billed: 3, subscriptions_failed: 1 })
  const failures = await caller.call('GET', `/billing/runs/${result?.billing_run_id}/failures`)
  expect(failures.body).toMatchObject({ items: [{ subscription_id: bad.id, attempts: 1 }] })
  expect(await cyclesOf(caller, good.id)).toHaveLength(3)
})
