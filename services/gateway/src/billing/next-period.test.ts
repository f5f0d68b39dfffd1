import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf, day, invoicesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { startGatewayWithChanges } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'
import { apply, completed, itemsOf, previewOf } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
beforeAll(async () => {
  gateway = await startGatewayWithChanges(() => startGatewayWithBilling(startGatewayWithSync))
})
afterAll(() => gateway[Symbol.asyncDispose]())

interface World {
  readonly planId: string
  /** 10 in advance a month, from 2020 on. */
  readonly fixedId: string
  /** 0.5 for each call. */
  readonly usageId: string
}

async function addWorld(): Promise<World> {
  caller = await newClockedCaller(gateway, '2026-11-05T00:00:00Z')
  const planId = (await caller.create('/plans', { name: 'Pro' })).id
  const meter = meteredFeatureBody({}, { event_name: 'call' })
  const { meter_id } = await caller.create('/features', meter)
  const long = { start_date: '2020-01-01T00:00:00Z' }
  const fixed = await caller.create('/prices', priceBody(planId, { ...long, amount: '10' }))
  const usage = await caller.create(
    '/prices',
    priceBody(planId, usageOf(meter_id, { ...long, amount: '0.5' })),
  )
  return { planId, fixedId: fixed.id, usageId: usage.id }
}

async function subscribe(planId: string, name: string, changes: object): Promise<string> {
  await caller.create('/customers', { external_id: name, name })
  const of = { external_customer_id: name, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' }
  return (await caller.create('/subscriptions', { ...of, ...changes })).id
}

const inLondon = { timezone: 'Europe/London', billing_cycle: 'calendar', start_date: '2026-11-01T00:00:00Z' }
/** Its November begins five hours before the clocks there have been changed: at 04:00 UTC, its December at 05:00. */
const inNewYork = {
  timezone: 'America/New_York',
  billing_cycle: 'calendar',
  start_date: '2026-11-01T04:00:00Z',
}

const next = { effective_at: 'next_period' }

async function edit(id: string, body: object): Promise<string> {
  const answer = await caller.call('PUT', `/prices/${id}`, body)
  expect(answer).toMatchObject({ status: 200 })
  return z.looseObject({ id: z.string() }).parse(answer.body).id
}

const sync = async (planId: string): Promise<unknown> =>
  completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))

async function call(who: string, timestamp: string): Promise<void> {
  const event = { event_name: 'call', external_customer_id: who, timestamp }
  expect(await caller.call('POST', '/events', event)).toMatchObject({ status: 202 })
}

async function billAt(at: string): Promise<void> {
  await caller.moveClock(at)
  expect(await bill(caller)).toMatchObject({ subscriptions_failed: 0 })
}

const line = z.looseObject({ period_start: z.string(), price_type: z.string(), amount: z.string() })
const invoice = z.object({ line_items: z.array(line) })

/** What each of its cycles' invoices has: when the line's span began, and its amount; nothing of what costs nothing. */
async function billed(subscriptionId: string): Promise<string[][]> {
  const cycles = await cyclesOf(caller, subscriptionId)
  return Promise.all(
    cycles.map(async ({ id }) =>
      invoice
        .parse((await caller.call('GET', `/invoices/${id}`)).body)
        .line_items.filter(({ amount }) => amount !== '0')
        .map(({ price_type, period_start, amount }) => `${price_type} ${day(period_start)} ${amount}`)
        .toSorted(),
    ),
  )
}

test('previewed, applied and billed: each subscription changes at its own 1 December, a new one at once', async () => {
  const { planId, fixedId, usageId } = await addWorld()
  const london = await subscribe(planId, 'london', inLondon)
  const york = await subscribe(planId, 'york', inNewYork)
  const fifth = await subscribe(planId, 'fifth', {})
  // Its trial ends on the 25th, behind the edit: the first paid period has the new price.
  const trial = await subscribe(planId, 'trial', { trial_period_days: 20 })
  await caller.moveClock('2026-11-10T12:00:00Z')
  const edits = [
    { price_id: fixedId, amount: '12', ...next },
    { price_id: usageId, amount: '3', ...next },
  ]
  const previewId = await previewOf(caller, planId, edits)
  expect(await caller.call('GET', `/plans/${planId}/sync/previews/${previewId}`)).toMatchObject({
    body: { prices: edits, result: { subscriptions_touched: 4, prices_added: 8, prices_removed: 8 } },
  })
  const items = new Map(
    (await itemsOf(caller, planId, previewId)).map((item) => [item.subscription_id, item]),
  )
  for (const id of [london, york, fifth, trial]) {
    expect(items.get(id)).toMatchObject({ before: '10', after: '12', difference: '2' })
  }
  expect(await completed(caller, await apply(caller, planId, previewId))).toMatchObject({
    body: { result: { prices_added: 8, prices_removed: 8 } },
  })
  const late = await subscribe(planId, 'late', {})
  expect(await invoicesOf(caller, late)).toMatchObject([{ total: '12' }])
  // Of the old month in New York, of the new one in London: 1 December, 03:00 UTC.
  await caller.moveClock('2026-12-01T04:00:00Z')
  for (const who of ['london', 'york']) {
    await call(who, '2026-11-20T00:00:00Z')
    await call(who, '2026-12-01T03:00:00Z')
  }
  await billAt('2026-12-01T08:00:00Z')
  await billAt('2027-01-01T08:00:00Z')
  expect(await billed(london)).toEqual([
    ['FIXED 2026-12-01 12', 'USAGE 2026-11-01 0.5'],
    ['FIXED 2027-01-01 12', 'USAGE 2026-12-01 3'],
  ])
  expect(await billed(york)).toEqual([
    ['FIXED 2026-12-01T05:00Z 12', 'USAGE 2026-11-01T04:00Z 1'],
    ['FIXED 2027-01-01T05:00Z 12'],
  ])
  expect(await billed(fifth)).toEqual([['FIXED 2026-12-05 12']])
  const ofTrial = await invoicesOf(caller, trial)
  expect(ofTrial.map(({ period_start, total }) => `${day(period_start)} ${total}`)).toEqual([
    '2026-11-05 0',
    '2026-11-25 12',
    '2026-11-25 12',
  ])
})

test('a week behind: the boundary that nobody billed is where it changes, whether a sync came before or after', async () => {
  for (const syncsFirst of [true, false]) {
    const { planId, fixedId, usageId } = await addWorld()
    const london = await subscribe(planId, 'london', inLondon)
    await caller.moveClock('2026-11-10T00:00:00Z')
    await edit(fixedId, { amount: '12', ...next })
    await edit(usageId, { amount: '3', ...next })
    if (syncsFirst) await sync(planId)
    await call('london', '2026-11-09T00:00:00Z')
    await caller.moveClock('2026-12-08T00:00:00Z')
    await call('london', '2026-12-07T00:00:00Z')
    if (!syncsFirst) await sync(planId)
    await billAt('2026-12-08T00:00:00Z')
    await billAt('2027-01-01T08:00:00Z')
    expect(await billed(london)).toEqual([
      ['FIXED 2026-12-01 12', 'USAGE 2026-11-01 0.5'],
      ['FIXED 2027-01-01 12', 'USAGE 2026-12-01 3'],
    ])
  }
})

test('an edit in the very instant of the boundary is one of the period that begins', async () => {
  const { planId, fixedId } = await addWorld()
  const london = await subscribe(planId, 'london', inLondon)
  await caller.moveClock('2026-12-01T00:00:00Z')
  await edit(fixedId, { amount: '12', ...next })
  await sync(planId)
  await billAt('2026-12-01T08:00:00Z')
  expect(await billed(london)).toEqual([['FIXED 2026-12-01 12']])
})

test('a second edit before the boundary: at once it supersedes the first, for the next period it takes its place', async () => {
  const { planId, fixedId, usageId } = await addWorld()
  const london = await subscribe(planId, 'london', inLondon)
  await caller.moveClock('2026-11-10T00:00:00Z')
  const waiting = await edit(fixedId, { amount: '12', ...next })
  const waitingUsage = await edit(usageId, { amount: '3', ...next })
  await sync(planId)
  await caller.moveClock('2026-11-20T00:00:00Z')
  await call('london', '2026-11-15T00:00:00Z')
  await edit(waiting, { amount: '13', ...next })
  await edit(waitingUsage, { amount: '2' })
  await sync(planId)
  await call('london', '2026-11-20T00:00:00Z')
  await billAt('2026-12-01T08:00:00Z')
  // A call at 0.5 and one at 2; 12 and 3 never came.
  expect(await billed(london)).toEqual([
    ['FIXED 2026-12-01 13', 'USAGE 2026-11-01 0.5', 'USAGE 2026-11-20 2'],
  ])
})

test('one that ends at the boundary never has it; an annual price waits for the year', async () => {
  const { planId, fixedId } = await addWorld()
  const annual = { billing_period: 'ANNUAL', amount: '100', start_date: '2020-01-01T00:00:00Z' }
  const annualId = (await caller.create('/prices', priceBody(planId, annual))).id
  const yearly = await subscribe(planId, 'yearly', { billing_period: 'ANNUAL' })
  const ending = await subscribe(planId, 'ending', inLondon)
  const asked = { cancellation_type: 'end_of_period' }
  const cancelled = await caller.call('POST', `/subscriptions/${ending}/cancel`, asked)
  expect(cancelled).toMatchObject({ status: 200 })
  await caller.moveClock('2026-11-10T00:00:00Z')
  await edit(fixedId, { amount: '12', ...next })
  await edit(annualId, { amount: '120', ...next })
  await sync(planId)
  await billAt('2026-12-01T08:00:00Z')
  await billAt('2027-11-05T08:00:00Z')
  expect(await billed(yearly)).toEqual([['FIXED 2027-11-05 120']])
  // Its last period is billed, and no next one: nothing of the new price.
  expect(await billed(ending)).toEqual([[]])
})

test('what a sync passed over comes where the voided invoice of before is replaced', async () => {
  const { planId, fixedId, usageId } = await addWorld()
  const london = await subscribe(planId, 'london', inLondon)
  await caller.moveClock('2026-11-10T00:00:00Z')
  await edit(fixedId, { amount: '12', ...next })
  await edit(usageId, { amount: '3', ...next })
  await call('london', '2026-11-09T00:00:00Z')
  await caller.moveClock('2026-12-03T00:00:00Z')
  await call('london', '2026-12-02T00:00:00Z')
  await billAt('2026-12-03T00:00:00Z')
  await billAt('2027-01-01T08:00:00Z')
  // Nothing has synced it: December is billed by the old prices, 0.5 and 10.
  const before = ['FIXED 2027-01-01 10', 'USAGE 2026-12-01 0.5']
  expect((await billed(london))[1]).toEqual(before)
  const [, december] = await cyclesOf(caller, london)
  await sync(planId)
  expect(await caller.call('POST', `/invoices/${december?.id}/void`)).toMatchObject({ status: 200 })
  await completed(caller, await caller.call('POST', `/invoices/${december?.id}/recalculate`))
  const [first, ...rest] = await billed(london)
  // November stays as it was; December, billed anew, has the new price, as has the January that it pays in advance.
  expect(first).toEqual(['FIXED 2026-12-01 10', 'USAGE 2026-11-01 0.5'])
  expect(rest).toContainEqual(['FIXED 2027-01-01 12', 'USAGE 2026-12-01 3'])
})
