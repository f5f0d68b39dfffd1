import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { makeSubscribable, startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const start_date = '2026-04-01T00:00:00.000Z'
const draft = { subscription_status: 'draft' }

test('a draft neither tries nor bills until it is activated, once; then from the start that is given', async () => {
  const { body, priceId } = await makeSubscribable(caller)
  const override_line_items = [{ price_id: priceId, amount: '4', quantity: '2' }]
  const { id } = await caller.create(
    '/subscriptions',
    body({ ...draft, override_line_items, trial_period_days: 0 }),
  )
  expect(await caller.call('GET', `/subscriptions/${id}`)).toMatchObject({
    body: { subscription_status: 'draft', line_items: [{ quantity: '2' }] },
  })
  expect(await invoicesOf(id)).toEqual([])

  const answer = await caller.call('POST', `/subscriptions/${id}/activate`, { start_date })
  expect(answer).toMatchObject({
    status: 200,
    body: {
      id,
      subscription_status: 'active',
      start_date,
      current_period_start: start_date,
      current_period_end: '2026-05-01T00:00:00.000Z',
      next_billing_at: '2026-05-01T00:00:00.000Z',
      version: 2,
      line_items: [{ quantity: '2', start_date }],
    },
  })
  expect(await invoicesOf(id)).toMatchObject([{ total: '8.000000000000000000' }])

  // Asked again, it has begun; another start is refused.
  expect((await caller.call('POST', `/subscriptions/${id}/activate`, { start_date })).status).toBe(200)
  expect(await invoicesOf(id)).toHaveLength(1)
  const other = await caller.call('POST', `/subscriptions/${id}/activate`, {
    start_date: '2026-04-02T00:00:00Z',
  })
  expect(other).toMatchObject({ status: 400, body: { code: 'invalid_operation' } })
})

test('two starts at once: one is taken, the other is refused and not answered with the first', async () => {
  const { body } = await makeSubscribable(caller)
  const { id } = await caller.create('/subscriptions', body(draft))
  const starts = ['2026-04-01T00:00:00.000Z', '2026-04-02T00:00:00.000Z', '2026-04-03T00:00:00.000Z']
  const answers = await Promise.all(
    starts.map((start_date) => caller.call('POST', `/subscriptions/${id}/activate`, { start_date })),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
  const taken = starts[answers.findIndex(({ status }) => status === 200)]
  expect(answers.find(({ status }) => status === 200)).toMatchObject({ body: { start_date: taken } })
  expect(await invoicesOf(id)).toHaveLength(1)
})

test('a draft is activated in its trial', async () => {
  const { body } = await makeSubscribable(caller)
  const { id } = await caller.create('/subscriptions', body({ ...draft, trial_period_days: 30 }))
  const answer = await caller.call('POST', `/subscriptions/${id}/activate`, { start_date })
  expect(answer).toMatchObject({
    status: 200,
    body: { subscription_status: 'trialing', trial_start: start_date, trial_end: '2026-05-01T00:00:00.000Z' },
  })
})

test("a draft follows its plan: a price edited since is the successor's, also under an override", async () => {
  const { body, priceId } = await makeSubscribable(caller)
  const override_line_items = [{ price_id: priceId, quantity: '3' }]
  const { id } = await caller.create('/subscriptions', body({ ...draft, override_line_items }))
  const edited = await caller.call('PUT', `/prices/${priceId}`, { amount: '20' })
  expect(edited.status).toBe(200)
  const start = new Date(Date.now() + 1_000).toISOString()
  const answer = await caller.call('POST', `/subscriptions/${id}/activate`, { start_date: start })
  expect(answer).toMatchObject({ status: 200, body: { line_items: [{ quantity: '3' }] } })
  expect(answer.body).not.toMatchObject({ line_items: [{ price_id: priceId }] })
})

test('400 for one that is no draft, 404 for one of another environment, 400 without a start', async () => {
  const { body } = await makeSubscribable(caller)
  const { id } = await caller.create('/subscriptions', body())
  const path = `/subscriptions/${id}/activate`
  expect(await caller.call('POST', path, { start_date })).toMatchObject({ status: 400 })
  const stranger = await gateway.newCaller()
  expect(await stranger.call('POST', path, { start_date })).toMatchObject({ status: 404 })
  expect(await caller.call('POST', path, {})).toMatchObject({ status: 400 })
})

test('drafts are found by their status', async () => {
  const fresh = await gateway.newCaller()
  const { body } = await makeSubscribable(fresh)
  const { id } = await fresh.create('/subscriptions', body(draft))
  await fresh.create('/subscriptions', body())
  const answer = await fresh.call('POST', '/subscriptions/search', { subscription_status: ['draft'] })
  expect(answer).toMatchObject({ body: { items: [{ id }], pagination: { total: 1 } } })
})

test('those whose trial ends are found by when', async () => {
  const fresh = await gateway.newCaller()
  const { body } = await makeSubscribable(fresh)
  const { id } = await fresh.create('/subscriptions', body({ start_date, trial_period_days: 10 }))
  await fresh.create('/subscriptions', body({ start_date, trial_period_days: 20 }))
  await fresh.create('/subscriptions', body({ start_date }))
  const search = { trial_end_due_lte: '2026-04-11T00:00:00Z' }
  const answer = await fresh.call('POST', '/subscriptions/search', search)
  expect(answer).toMatchObject({ body: { items: [{ id }], pagination: { total: 1 } } })
})

function invoicesOf(id: string) {
  return caller.scoped.db.selectFrom('invoices').select('total').where('subscription_id', '=', id).execute()
}
