import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import {
  makeSubscribable,
  type Subscribable,
  startGatewayWithCreation,
} from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let shared: Subscribable

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
  shared = await makeSubscribable(caller)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test.each([
  ['an unknown zone', { timezone: 'Europe/Atlantis' }, ['timezone']],
  [
    'a start after the end',
    { start_date: '2026-02-01T00:00:00Z', end_date: '2026-01-01T00:00:00Z' },
    ['end_date'],
  ],
  ['an end that has passed, without a start', { end_date: '2026-01-01T00:00:00Z' }, ['end_date']],
  ['ONETIME', { billing_period: 'ONETIME' }, ['billing_period']],
  ['an unknown currency', { currency: 'zzz' }, ['currency']],
  ['no customer', { customer_id: undefined }, ['customer_id']],
  ['half a period', { billing_period_count: 0.5 }, ['billing_period_count']],
  [
    'a period beyond all calendars',
    { billing_period: 'MONTHLY', start_date: '9999-12-01T00:00:00Z' },
    ['billing_period_count'],
  ],
  ['a plan with no compatible price', { currency: 'eur' }, ['plan_id']],
  ['an external id of another customer', { external_customer_id: 'nobody' }, ['external_customer_id']],
  ['a field that is not built', { coupons: ['x'], trial_period_days: 3 }, ['coupons']],
])('400 for %s, by its field', async (_what, changes, paths) => {
  const answer = await caller.call('POST', '/subscriptions', shared.body(changes))
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual(paths)
})

test.each(['1'.repeat(40), '-1', '1e30', 'NaN', '1,5', ''])('400 for an amount of %j', async (amount) => {
  const { priceId, body } = shared
  const request = body({ override_line_items: [{ price_id: priceId, amount }] })
  const answer = await caller.call('POST', '/subscriptions', request)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual(['override_line_items[0].amount'])
})

test('400 for a product of amount and quantity that nothing can hold', async () => {
  const { priceId, body } = shared
  const big = '9'.repeat(20)
  const request = body({ override_line_items: [{ price_id: priceId, amount: big, quantity: big }] })
  const answer = await caller.call('POST', '/subscriptions', request)
  expect(answer).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('larger than 20 digits') },
  })
})

test('400 for two trial lengths, which says them', async () => {
  const { body, planId } = await makeSubscribable(caller, { trial_period_days: 7 })
  await caller.create('/prices', { ...plainPrice(planId), trial_period_days: 14 })
  const answer = await caller.call('POST', '/subscriptions', body())
  expect(problemsOf(answer)).toEqual({ trial_period_days: expect.stringContaining('7, 14') })
})

test("400 for the override of a price that is not the plan's, and for one of the same chain twice", async () => {
  const other = await makeSubscribable(caller)
  const foreign = shared.body({ override_line_items: [{ price_id: other.priceId, amount: '1' }] })
  expect(problemsOf(await caller.call('POST', '/subscriptions', foreign))).toEqual({
    'override_line_items[0].price_id': expect.any(String),
  })
  const { priceId } = shared
  const override_line_items = [
    { price_id: priceId, amount: '1' },
    { price_id: priceId, quantity: '2' },
  ]
  const twice = await caller.call('POST', '/subscriptions', shared.body({ override_line_items }))
  expect(problemsOf(twice)).toEqual({ 'override_line_items[1].price_id': expect.stringContaining('already') })
})

test('404 for a customer of another environment, and for a deleted plan', async () => {
  const stranger = await gateway.newCaller()
  const theirs = await makeSubscribable(stranger)
  const foreign = await caller.call('POST', '/subscriptions', shared.body({ customer_id: theirs.customerId }))
  expect(foreign).toMatchObject({ status: 404, body: { code: 'not_found' } })
  const gone = await makeSubscribable(caller)
  expect((await caller.call('DELETE', `/plans/${gone.planId}`)).status).toBe(200)
  expect(await caller.call('POST', '/subscriptions', gone.body())).toMatchObject({ status: 404 })
})

function plainPrice(planId: string) {
  return priceBody(planId, { amount: '1' })
}
