import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
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

const start_date = '2026-03-01T00:00:00.000Z'
const pricedFrom = '2026-05-10T00:00:00.000Z'
const warnings = [
  `No price of the plan is at work from ${start_date} to ${pricedFrom}: nobody will be billed for that time`,
]

test('a creation in the past names the time that no price bills, and so does its repetition', async () => {
  const { body } = await makeSubscribable(caller, { start_date: pricedFrom })
  const headers = { 'idempotency-key': 'unpriced' }
  const request = body({ start_date })
  const first = await caller.call('POST', '/subscriptions', request, headers)
  expect(first).toMatchObject({ status: 201, body: { warnings } })
  expect((await caller.call('POST', '/subscriptions', request, headers)).body).toEqual(first.body)
  const { id } = z.looseObject({ id: z.string() }).parse(first.body)
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).not.toHaveProperty('warnings')
})

test('so does an activation, and each item of a list; what is priced has none', async () => {
  const late = await makeSubscribable(caller, { start_date: pricedFrom })
  const { id } = await caller.create('/subscriptions', late.body({ subscription_status: 'draft' }))
  const activated = await caller.call('POST', `/subscriptions/${id}/activate`, { start_date })
  expect(activated).toMatchObject({ status: 200, body: { warnings } })
  const priced = await makeSubscribable(caller)
  const answer = await caller.create('/subscriptions', priced.body({ start_date }))
  expect(answer).not.toHaveProperty('warnings')
  const items = [late.body({ start_date }), priced.body({ start_date })]
  const { body } = await caller.call('POST', '/subscriptions/bulk', { items })
  const { workflow_id } = z.looseObject({ workflow_id: z.string() }).parse(body)
  const result = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  expect(result).toMatchObject({ body: { result: { items: [{ warnings }, { index: 1 }] } } })
  expect(JSON.stringify(result.body).split('nobody will be billed').length).toBe(2)
})

test('a price made some seconds after the start is on the opening invoice, whole; by its share where that is wanted', async () => {
  const { body } = await makeSubscribable(caller, { start_date: undefined })
  const ago = new Date(Date.now() - 10_000).toISOString()
  const whole = await caller.create('/subscriptions', body({ start_date: ago }))
  expect(whole).toMatchObject({ latest_invoice: { total: '10.5' } })
  // A month and ten days ago: the first period had no price yet.
  const long = new Date(Date.now() - 41 * 86_400_000).toISOString()
  const free = await caller.create('/subscriptions', body({ start_date: long }))
  expect(free).not.toHaveProperty('latest_invoice')
  const { body: later } = await makeSubscribable(caller, { amount: '31', start_date: '2026-03-21T00:00:00Z' })
  const share = { start_date, proration_behavior: 'create_prorations' }
  expect(await caller.create('/subscriptions', later(share))).toMatchObject({
    latest_invoice: { total: '11' },
  })
})
