import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { type CountedGateway, startCountedGateway } from '../testing/counted-gateway.ts'
import { withCreation } from '../testing/creation-under-test.ts'

let gateway: CountedGateway
let caller: ClockedCaller
let basic: string
let pro: string

beforeAll(async () => {
  const withWorkers = startGatewayWithChanges
  gateway = await startCountedGateway((start) => withWorkers(async () => withCreation(await start())))
  caller = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const full = z.object({ id: z.string(), line_items: z.array(z.object({ id: z.string() })) })

interface Subscribed {
  readonly id: string
  readonly lineId: string
}

/** In the middle of its month. */
async function subscribed(plan: string): Promise<Subscribed> {
  const id = await subscribeTo(caller, plan, { start_date: '2026-06-01T00:00:00Z' })
  const { body } = await caller.call('GET', `/subscriptions/${id}`)
  return { id, lineId: full.parse(body).line_items[0]?.id ?? '' }
}

/** Of the second of two requests: the first one leaves each connection in the caller's scope. */
async function expectRoundTrips(
  most: number,
  request: (of: Subscribed) => Promise<{ readonly status: number }>,
  plan = basic,
): Promise<void> {
  const both = [await subscribed(plan), await subscribed(plan)]
  for (const one of both) {
    gateway.restartCount()
    expect(await request(one)).toMatchObject({ status: 200 })
  }
  const sent = gateway.roundTrips()
  const texts = sent.map((trip) => trip.map((text) => text.trim().slice(0, 120)).join('\n + '))
  expect(sent.length, texts.join('\n')).toBeLessThanOrEqual(most)
}

test('a change upwards takes nine round trips to the database, the gateway’s and the worker’s together', () =>
  expectRoundTrips(9, ({ id }) => change(caller, id, changeTo(pro))))

test('one downwards, which lowers the unpaid invoice, ten', () =>
  expectRoundTrips(10, ({ id }) => change(caller, id, changeTo(basic)), pro))

test('another quantity, whose lines are edited by the rule of any edit, ten', () =>
  expectRoundTrips(10, ({ id, lineId }) =>
    caller.call('POST', `/subscriptions/${id}/modify/execute`, {
      type: 'quantity_change',
      quantity_change_params: { line_items: [{ id: lineId, quantity: '2' }] },
    }),
  ))

test('fifty lines at once, as many as are changed together, and other amounts of some, ten', async () => {
  const prices = Array.from({ length: 50 }, (_, index) => ({ amount: String(10 + index) }))
  const wide = await addPlan(caller, 'Wide', prices)
  await expectRoundTrips(
    10,
    async ({ id }) => {
      const { body } = await caller.call('GET', `/subscriptions/${id}`)
      const line_items = full.parse(body).line_items.map((line, index) => ({
        ...{ id: line.id, quantity: '2' },
        ...(index % 5 === 0 ? { amount: '7' } : {}),
      }))
      gateway.restartCount()
      return await caller.call('POST', `/subscriptions/${id}/modify/execute`, {
        ...{ type: 'line_item_change', line_item_change_params: { line_items } },
      })
    },
    wide,
  )
})

test('a cancellation at once, which closes the period, ten', () =>
  expectRoundTrips(10, ({ id }) =>
    caller.call('POST', `/subscriptions/${id}/cancel`, {
      cancellation_type: 'immediate',
      cancel_immediately_invoice_policy: 'generate_invoice',
      proration_behavior: 'create_prorations',
    }),
  ))

test('a creation, answered with the whole subscription, eight', async () => {
  for (const name of ['first', 'second']) {
    const { id } = await caller.create('/customers', { external_id: name, name })
    gateway.restartCount()
    const of = { customer_id: id, plan_id: basic, currency: 'usd', billing_period: 'MONTHLY' }
    await caller.create('/subscriptions', of)
  }
  expect(gateway.roundTrips().length).toBeLessThanOrEqual(8)
})
