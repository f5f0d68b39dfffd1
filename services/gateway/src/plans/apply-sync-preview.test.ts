import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  addPreviewedPlan,
  apply,
  completed,
  itemsOf,
  lineOf,
  type PreviewedPlan,
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

const effective_from = '2026-08-15T00:00:00.000Z'

type Change = (plan: PreviewedPlan) => Promise<unknown>
const changes: readonly (readonly [string, Change])[] = [
  ['a new subscription', ({ planId }) => subscribe(caller, planId)],
  ['another edit of the price', ({ fixedId }) => caller.call('PUT', `/prices/${fixedId}`, { amount: '11' })],
  ['a new price of the plan', ({ planId }) => caller.create('/prices', priceBody(planId))],
  [
    'an override',
    async ({ first, fixedId }) => {
      const line = await lineOf(caller, first.id, fixedId)
      await caller.call('PUT', `/subscriptions/lineitems/${line}`, { amount: '3' })
    },
  ],
  [
    'a line that a user ended',
    async ({ first, usageId }) =>
      caller.call('DELETE', `/subscriptions/lineitems/${await lineOf(caller, first.id, usageId)}`),
  ],
  [
    'an entitlement',
    ({ planId, first }) =>
      caller.create('/entitlements', {
        ...{ plan_id: planId, feature_id: first.featureId, feature_type: 'metered', usage_limit: 1 },
        is_enabled: true,
      }),
  ],
]

test.each(changes)('409 after %s, and no price is changed', async (_what, change) => {
  const plan = await addPreviewedPlan(caller)
  const { planId, fixedId } = plan
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '12', effective_from }])
  await change(plan)
  const before = await caller.call('GET', `/plans/${planId}`)
  expect(await apply(caller, planId, previewId)).toMatchObject({
    status: 409,
    body: { code: 'version_conflict' },
  })
  expect((await caller.call('GET', `/plans/${planId}`)).body).toEqual(before.body)
})

test('409 after a sync that brought an earlier edit', async () => {
  const { planId, fixedId, usageId, first } = await addPreviewedPlan(caller)
  await caller.call('PUT', `/prices/${usageId}`, { amount: '2', effective_from })
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '12', effective_from }])
  // What waits for a sync comes with it.
  expect(await itemsOf(caller, planId, previewId)).toMatchObject([
    {
      subscription_id: first.id,
      prices: [
        { price_id: fixedId, effect: 'changed' },
        { price_id: usageId, effect: 'changed' },
        { effect: 'changed' },
      ],
    },
  ])
  await completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))
  expect(await apply(caller, planId, previewId)).toMatchObject({ status: 409 })
})

test('usage that comes later is not in its figures, and does not make it stale', async () => {
  const { planId, usageId, first } = await addPreviewedPlan(caller)
  await first.use('2026-08-20T00:00:00Z')
  const previewId = await previewOf(caller, planId, [{ price_id: usageId, amount: '2', effective_from }])
  await first.use('2026-08-21T00:00:00Z')
  expect(await itemsOf(caller, planId, previewId)).toMatchObject([{ before: '10.5', after: '12' }])
  const applied = await apply(caller, planId, previewId)
  expect(applied).toMatchObject({ status: 200 })
  await completed(caller, applied)
})

test('an allowance of a meter that the subscription has no line of yet counts, too', async () => {
  const { planId, usageId, first } = await addPreviewedPlan(caller)
  const granted = { plan_id: planId, feature_id: first.featureId, feature_type: 'metered', usage_limit: 1 }
  await caller.create('/entitlements', { ...granted, is_enabled: true })
  await first.use('2026-08-20T00:00:00Z')
  await first.use('2026-08-21T00:00:00Z')
  await caller.scoped.db
    .deleteFrom('subscription_line_items')
    .where('subscription_id', '=', first.id)
    .where('price_id', '=', usageId)
    .execute()
  const previewId = await previewOf(caller, planId, [{ price_id: usageId, amount: '2', effective_from }])
  expect(await itemsOf(caller, planId, previewId)).toMatchObject([{ before: '10', after: '12' }])
})

test('an edit without effective_from holds from the preview on, also when it is applied later', async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '12' }])
  const { pinned_at } = Object((await caller.call('GET', `/plans/${planId}/sync/previews/${previewId}`)).body)
  expect(await apply(caller, planId, previewId)).toMatchObject({ status: 200 })
  const prices = await caller.scoped.db
    .selectFrom('prices')
    .select(['start_date', 'amount'])
    .where('root_price_id', '=', fixedId)
    .where('id', '<>', fixedId)
    .execute()
  expect(prices.map(({ start_date }) => start_date.toISOString())).toEqual([pinned_at])
})

test('applied with an Idempotency-Key, and by two requests at once, the edits are made once', async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '12', effective_from }])
  const path = `/plans/${planId}/sync/subscriptions`
  const body = { preview_id: previewId }
  const answers = await Promise.all([
    caller.call('POST', path, body, { 'idempotency-key': 'apply-once' }),
    caller.call('POST', path, body),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  const prices = await caller.scoped.db
    .selectFrom('prices')
    .select('id')
    .where('root_price_id', '=', fixedId)
    .execute()
  expect(prices).toHaveLength(2)
})

test('400 for a preview that is not finished', async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, amount: '12', effective_from }])
  await caller.scoped.db
    .updateTable('sync_previews')
    .set({ finished_at: null, summary: null })
    .where('id', '=', previewId)
    .execute()
  expect(await apply(caller, planId, previewId)).toMatchObject({
    status: 400,
    body: { code: 'invalid_operation' },
  })
})

test('409 once a price that it counts on has ended', async () => {
  const { planId, fixedId } = await addPreviewedPlan(caller)
  const soon = { amount: '12', effective_from: new Date(Date.now() + 3_600_000).toISOString() }
  const previewId = await previewOf(caller, planId, [{ price_id: fixedId, ...soon }])
  await caller.scoped.db
    .updateTable('sync_previews')
    .set({ valid_until: new Date('2026-08-01T00:00:00Z') })
    .where('id', '=', previewId)
    .execute()
  expect(await apply(caller, planId, previewId)).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('a price has ended') },
  })
})

test('by a test clock that stands years ago a preview is kept as any other', async () => {
  const ofThePast = await newClockedCaller(gateway, '2021-01-01T00:00:00Z')
  const { id: planId } = await ofThePast.create('/plans', { name: 'Old' })
  const { id: price_id } = await ofThePast.create('/prices', priceBody(planId, { amount: '1' }))
  const previewId = await previewOf(ofThePast, planId, [{ price_id, amount: '2' }])
  const preview = await ofThePast.call('GET', `/plans/${planId}/sync/previews/${previewId}`)
  expect(preview).toMatchObject({ status: 200, body: { status: 'COMPLETED', applicable: true } })
})
