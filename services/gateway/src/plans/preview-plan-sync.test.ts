import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { pauseFromItsStart } from '../testing/pause-from-its-start.ts'
import {
  addAnnualPrice,
  addPreviewedPlan,
  apply,
  completed,
  itemsOf,
  lineOf,
  previewOf,
  subscribe,
} from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithSync()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Inside August, which is the period of all subscriptions here that is to be billed next. */
const effective_from = '2026-08-15T00:00:00.000Z'

/** One subscription that follows, and one for each reason not to. */
async function addFollowersAndOthers() {
  const plan = await addPreviewedPlan(caller)
  const { planId, fixedId, usageId, first } = plan
  await first.use('2026-08-10T00:00:00Z')
  await first.use('2026-08-20T00:00:00Z')
  await addAnnualPrice(caller, planId)
  const overriding = await subscribe(caller, planId)
  const ended = await subscribe(caller, planId)
  const annual = await subscribe(caller, planId, { billing_period: 'ANNUAL' })
  const paused = await subscribe(caller, planId)
  await completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))
  for (const price of [fixedId, usageId]) {
    const line = await lineOf(caller, overriding, price)
    // Both hold from their instant on: what came before it would follow the edit.
    const override = { amount: '3', effective_from }
    const overridden = await caller.call('PUT', `/subscriptions/lineitems/${line}`, override)
    const ending = `/subscriptions/lineitems/${await lineOf(caller, ended, price)}`
    const end = await caller.call('DELETE', ending, { effective_from })
    expect([overridden.status, end.status]).toEqual([200, 200])
  }
  await pauseFromItsStart(caller.scoped, paused)
  const prices = [
    { price_id: fixedId, amount: '12.345', effective_from },
    { price_id: usageId, amount: '1', effective_from },
  ]
  return { ...plan, overriding, ended, annual, paused, prices }
}

test('the next invoices before and after, and why some stay; nothing is changed', async () => {
  const { planId, fixedId, usageId, prices, first, overriding, ended, annual, paused } =
    await addFollowersAndOthers()
  const before = await caller.call('GET', `/plans/${planId}`)
  const previewId = await previewOf(caller, planId, prices)
  expect((await caller.call('GET', `/plans/${planId}`)).body).toEqual(before.body)
  const figures = { before: '11', after: '13.85', difference: '2.85' }
  expect(await caller.call('GET', `/plans/${planId}/sync/previews/${previewId}`)).toMatchObject({
    status: 200,
    body: {
      status: 'COMPLETED',
      applicable: true,
      subscriptions_processed: 5,
      prices,
      result: {
        subscriptions_touched: 2,
        subscriptions_untouched: 3,
        subscriptions_failed: 0,
        untouched_by_reason: { overridden: 1, ended_by_user: 1, incompatible: 1, ended: 0, in_sync: 0 },
        prices_added: 4,
        prices_removed: 4,
        // Each edited price and its successor, of the one annual subscription among others.
        skipped_prices: expect.arrayContaining([
          { price_id: fixedId, reason: 'other_period', subscriptions: 1 },
          { price_id: usageId, reason: 'other_period', subscriptions: 1 },
        ]),
        totals: [{ currency: 'usd', subscriptions: 5, increased: 1, decreased: 0, difference: '2.85' }],
        largest_movers: [{ subscription_id: first.id, ...figures }],
      },
    },
  })
  const items = await itemsOf(caller, planId, previewId)
  const itemOf = (id: string) => items.find((item) => item.subscription_id === id)
  expect(itemOf(first.id)).toMatchObject({
    outcome: 'touched',
    ...figures,
    period_end: '2026-09-01T00:00:00.000Z',
    prices: prices.map(({ price_id }) => ({ price_id, effect: 'changed' })),
  })
  expect(itemOf(paused)).toMatchObject({ outcome: 'touched', before: '0', after: '0' })
  expect(itemOf(overriding)).toMatchObject({ outcome: 'untouched', reason: 'overridden', difference: '0' })
  expect(itemOf(ended)).toMatchObject({ outcome: 'untouched', reason: 'ended_by_user' })
  expect(itemOf(annual)).toMatchObject({ outcome: 'untouched', reason: 'incompatible' })
})

test("applied, the figures are those of a later calculation, to the cent, and the counts are the sync's own", async () => {
  const { planId, prices } = await addFollowersAndOthers()
  const previewId = await previewOf(caller, planId, prices)
  const items = await itemsOf(caller, planId, previewId)
  const preview = await caller.call('GET', `/plans/${planId}/sync/previews/${previewId}`)
  const applied = await apply(caller, planId, previewId)
  expect(applied).toMatchObject({ status: 200 })
  const synced = await completed(caller, applied)
  expect(synced.body).toMatchObject(counts.parse(preview.body))
  expect((await apply(caller, planId, previewId)).body).toEqual(applied.body)
  expect(await totalsOf(planId)).toEqual(
    Object.fromEntries(items.map(({ subscription_id, after }) => [subscription_id, after])),
  )
})

const counts = z.object({
  result: z.object({
    prices_added: z.int(),
    prices_removed: z.int(),
    prices_skipped: z.int(),
    skipped_by_reason: z.record(z.string(), z.int()),
  }),
})

/** What a calculation says that each subscription of the plan pays next. */
async function totalsOf(planId: string): Promise<Record<string, string>> {
  const answer = await caller.call('POST', '/calculations', { plan_id: planId })
  await completed(caller, answer)
  const { calculation_id } = z.object({ calculation_id: z.string() }).parse(answer.body)
  const page = await caller.call('GET', `/calculations/${calculation_id}/items?limit=1000`)
  const { items } = z
    .object({ items: z.array(z.object({ subscription_id: z.string(), total: z.string() })) })
    .parse(page.body)
  return Object.fromEntries(items.map(({ subscription_id, total }) => [subscription_id, total]))
}

test('pages, outcomes and CSV have the same subscriptions; a customer cannot become a formula', async () => {
  const { planId, fixedId, first } = await addPreviewedPlan(caller)
  const formula = '=HYPERLINK("http://evil.example";"pay")'
  const second = await subscribe(caller, planId, { externalId: formula })
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '7', effective_from }])
  const path = `/plans/${planId}/sync/previews/${previewId}`
  const page = await caller.call('GET', `${path}/items?limit=1`)
  expect(page).toMatchObject({
    body: { items: [{ subscription_id: first.id }], next_cursor: expect.any(String) },
  })
  const { next_cursor: cursor } = z.object({ next_cursor: z.string() }).parse(page.body)
  const next = await caller.call('GET', `${path}/items?limit=1&cursor=${cursor}`)
  expect(next).toMatchObject({ body: { items: [{ subscription_id: second, difference: '-3' }] } })
  expect(next.body).not.toHaveProperty('next_cursor')
  expect(await caller.call('GET', `${path}/items?outcome=untouched`)).toMatchObject({ body: { items: [] } })
  expect(await caller.call('GET', `${path}/items?outcome=odd`)).toMatchObject({ status: 400 })
  const download = await gateway.app.inject({
    url: `/v1${path}/download`,
    headers: { 'x-api-key': caller.apiKey },
  })
  expect(download).toMatchObject({ statusCode: 200 })
  expect(download.headers['content-type']).toContain('text/csv')
  const [head, one, other] = download.body.split('\r\n')
  expect(head).toMatch(/^subscription_id,customer_id,/)
  expect(one).toContain(`${first.externalId},usd,touched,,`)
  expect(one).toContain(',10,7,-3,')
  expect(other).toContain(`"'=HYPERLINK(""http://evil.example"";""pay"")"`)
})

test.each([
  ['a negative amount', { amount: '-1' }, 'prices[0].amount'],
  ['an amount that is no decimal', { amount: '1,5' }, 'prices[0].amount'],
  [
    'a start before the price began',
    { amount: '1', effective_from: '2001-01-01T00:00:00Z' },
    'prices[0].effective_from',
  ],
  [
    'a ladder that does not end open',
    { billing_model: 'TIERED', tier_mode: 'SLAB', tiers: [{ up_to: 1, unit_amount: '1' }] },
    'prices[0].tiers[0].up_to',
  ],
  ['what changes no money', { amount: '10.00' }, 'prices[0]'],
  ['only a text', { display_name: 'Seats' }, 'prices[0]'],
  ['an unknown field', { currency: 'eur' }, 'prices[0].currency'],
])('400 that names the field for %s', async (_what, edit, path) => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const prices = [{ price_id: fixedId, ...edit }]
  const answer = await caller.call('POST', `/plans/${planId}/sync/preview`, { prices })
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('400 for no edits, a price twice, the price of another plan and one that was replaced', async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const other = await addPreviewedPlan(caller)
  const ask = (prices: readonly object[]) => caller.call('POST', `/plans/${planId}/sync/preview`, { prices })
  expect(Object.keys(problemsOf(await ask([])))).toEqual(['prices'])
  const twice = await ask([
    { price_id: fixedId, amount: '1' },
    { price_id: fixedId, amount: '2' },
    { price_id: other.fixedId, amount: '2' },
  ])
  expect(twice).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(twice))).toEqual(['prices[1].price_id', 'prices[2].price_id'])
  await caller.call('PUT', `/prices/${fixedId}`, { amount: '11' })
  const replaced = await ask([{ price_id: fixedId, amount: '12' }])
  expect(replaced).toMatchObject({ status: 400, body: { code: 'invalid_operation' } })
  expect(Object.keys(problemsOf(replaced))).toEqual(['prices[0].price_id'])
})

test("404 for another tenant's plan and preview, for another plan's preview and for what does not exist", async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const other = await addPreviewedPlan(caller)
  const stranger = await gateway.newCaller()
  const body = { prices: [{ price_id: fixedId, amount: '1' }] }
  expect(await stranger.call('POST', `/plans/${planId}/sync/preview`, body)).toMatchObject({ status: 404 })
  const previewId = await previewOf(caller, planId, body.prices)
  for (const [who, plan, preview] of [
    [stranger, planId, previewId],
    [caller, other.planId, previewId],
    [caller, planId, 'spv_none'],
  ] as const) {
    const path = `/plans/${plan}/sync/previews/${preview}`
    for (const part of ['', '/items', '/download']) {
      expect(await who.call('GET', path + part)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
    expect(await apply(who, plan, preview)).toMatchObject({ status: 404 })
  }
})

test('the same Idempotency-Key is the same preview, for another body a 409', async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const key = { 'idempotency-key': 'preview-once' }
  const path = `/plans/${planId}/sync/preview`
  const body = (amount: string) => ({ prices: [{ price_id: fixedId, amount }] })
  const first = await caller.call('POST', path, body('1'), key)
  expect(first).toMatchObject({ status: 202 })
  expect((await caller.call('POST', path, body('1'), key)).body).toMatchObject({
    preview_id: z.looseObject({ preview_id: z.string() }).parse(first.body).preview_id,
  })
  expect(await caller.call('POST', path, body('2'), key)).toMatchObject({ status: 409 })
})
