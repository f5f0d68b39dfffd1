import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { decimalText } from '../decimal-text.ts'
import type { Answer, Caller } from '../testing/caller-under-test.ts'
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

test('201 with the subscription and its lines, and its opening invoice is finalized', async () => {
  const { body, planId, priceId, customerId } = await makeSubscribable(caller, { min_quantity: 3 })
  const answer = await caller.call('POST', '/subscriptions', body({ start_date: '2026-01-31T10:00:00Z' }))
  expect(answer).toMatchObject({
    status: 201,
    body: {
      customer_id: customerId,
      plan_id: planId,
      subscription_status: 'active',
      currency: 'usd',
      start_date: '2026-01-31T10:00:00.000Z',
      billing_anchor: '2026-01-31T10:00:00.000Z',
      current_period_start: '2026-01-31T10:00:00.000Z',
      current_period_end: '2026-02-28T10:00:00.000Z',
      next_billing_at: '2026-02-28T10:00:00.000Z',
      timezone: 'UTC',
      payment_behavior: 'default_active',
      latest_invoice: {
        invoice_status: 'FINALIZED',
        amount_due: '31.5',
        period_start: '2026-01-31T10:00:00.000Z',
      },
      line_items: [{ price_id: priceId, quantity: '3', start_date: '2026-01-31T10:00:00.000Z' }],
    },
  })
  expect(await invoicesOf(idOf(answer))).toEqual([
    {
      invoice_status: 'FINALIZED',
      billing_reason: 'SUBSCRIPTION_CREATE',
      payment_status: 'PENDING',
      total: '31.5',
      number: expect.stringMatching(/^INV-\d{6}-\d{6}$/),
      lines: 1,
    },
  ])
})

test('201 by the external id of the customer, in its time zone, and by the calendar', async () => {
  const { planId } = shared
  await caller.create('/customers', { external_id: 'berlin', name: 'Ada', timezone: 'Europe/Berlin' })
  const answer = await caller.call('POST', '/subscriptions', {
    external_customer_id: 'berlin',
    plan_id: planId,
    currency: 'USD',
    billing_period: 'MONTHLY',
    billing_cycle: 'calendar',
    start_date: '2026-03-15T12:00:00+01:00',
  })
  expect(answer).toMatchObject({
    status: 201,
    body: { timezone: 'Europe/Berlin', current_period_end: '2026-03-31T22:00:00.000Z' },
  })
  // `none`, the default: the short first period bills whole.
  expect(await invoicesOf(idOf(answer))).toMatchObject([{ total: '10.5' }])
})

test('create_prorations bills the share of the short first period', async () => {
  const start_date = '2026-03-16T12:00:00Z'
  const request = shared.body({
    billing_cycle: 'calendar',
    proration_behavior: 'create_prorations',
    start_date,
  })
  const answer = await caller.call('POST', '/subscriptions', request)
  // 15.5 of 31 days of 10.50.
  expect(await invoicesOf(idOf(answer))).toMatchObject([{ total: '5.25' }])
})

test('a start in the future bills nothing before it, and its start is due', async () => {
  const start = new Date(Date.now() + 86_400_000).toISOString()
  const answer = await caller.call('POST', '/subscriptions', shared.body({ start_date: start }))
  expect(answer).toMatchObject({
    status: 201,
    body: { subscription_status: 'active', next_billing_at: start },
  })
  expect(await invoicesOf(idOf(answer))).toEqual([])
})

test('a trial: a zero TRIAL_START invoice, and its end is due', async () => {
  const start_date = '2026-03-01T00:00:00Z'
  const answer = await caller.call(
    'POST',
    '/subscriptions',
    shared.body({ start_date, trial_period_days: 14 }),
  )
  expect(answer).toMatchObject({
    status: 201,
    body: {
      subscription_status: 'trialing',
      trial_start: '2026-03-01T00:00:00.000Z',
      trial_end: '2026-03-15T00:00:00.000Z',
      billing_anchor: '2026-03-15T00:00:00.000Z',
      current_period_end: '2026-03-15T00:00:00.000Z',
      next_billing_at: '2026-03-15T00:00:00.000Z',
    },
  })
  expect(await invoicesOf(idOf(answer))).toMatchObject([
    {
      billing_reason: 'SUBSCRIPTION_TRIAL_START',
      invoice_status: 'FINALIZED',
      payment_status: 'SUCCEEDED',
      total: '0',
      lines: 0,
    },
  ])
})

test('the uniform trial of the prices counts where the request says none', async () => {
  const { body } = await makeSubscribable(caller, { trial_period_days: 7 })
  const answer = await caller.call('POST', '/subscriptions', body())
  expect(answer).toMatchObject({ status: 201, body: { subscription_status: 'trialing' } })
})

test.each([
  ['default_active', {}, 201, 'active'],
  ['allow_incomplete', {}, 201, 'incomplete'],
  ['default_incomplete', {}, 201, 'incomplete'],
  ['allow_incomplete', { collection_method: 'send_invoice', payment_terms: '30 NET' }, 201, 'active'],
  ['allow_incomplete', { trial_period_days: 3 }, 201, 'trialing'],
  ['error_if_incomplete', {}, 400, undefined],
  ['error_if_incomplete', { trial_period_days: 3 }, 201, 'trialing'],
])('payment_behavior %s with %j: %i %s', async (payment_behavior, changes, status, subscription_status) => {
  const answer = await caller.call('POST', '/subscriptions', shared.body({ payment_behavior, ...changes }))
  expect(answer).toMatchObject({ status, body: subscription_status ? { subscription_status } : {} })
})

test('an override gives a quantity, and money of the subscription alone', async () => {
  const { body, priceId, planId } = await makeSubscribable(caller)
  const second = await caller.create('/prices', {
    ...plainPrice(planId),
    amount: '100',
    start_date: '2020-01-01T00:00:00Z',
  })
  const override_line_items = [
    { price_id: priceId, quantity: '2.5' },
    {
      price_id: second.id,
      billing_model: 'PACKAGE',
      amount: '7',
      transform_quantity: { divide_by: 10 },
      quantity: '11',
    },
  ]
  const answer = await caller.call('POST', '/subscriptions', body({ override_line_items }))
  expect(answer.status).toBe(201)
  const lines = z
    .object({ line_items: z.array(z.object({ price_id: z.string(), quantity: z.string() })) })
    .parse(answer.body).line_items
  expect(lines.map(({ quantity }) => quantity).toSorted()).toEqual(['11', '2.5'])
  const own = lines.find(({ quantity }) => quantity === '11')?.price_id ?? ''
  expect(own).not.toBe(second.id)
  expect(await caller.call('GET', `/prices/${own}`)).toMatchObject({
    body: { entity_type: 'SUBSCRIPTION', entity_id: idOf(answer), parent_price_id: second.id, amount: '7' },
  })
  // 2.5 × 10.50, and 2 packages of 7.
  expect(await invoicesOf(idOf(answer))).toMatchObject([{ total: '40.25', lines: 2 }])
})

test("an override ends with its chain's last price, though the one that it replaces has a successor", async () => {
  const { body, priceId } = await makeSubscribable(caller)
  const edit = { amount: '12', effective_from: '2090-01-01T00:00:00Z' }
  const { body: successor } = await caller.call('PUT', `/prices/${priceId}`, edit)
  const { id } = z.object({ id: z.string() }).parse(successor)
  await caller.call('DELETE', `/prices/${id}`, { end_date: '2090-06-01T00:00:00Z' })
  const override_line_items = [{ price_id: priceId, amount: '5' }]
  expect(await caller.call('POST', '/subscriptions', body({ override_line_items }))).toMatchObject({
    status: 201,
    body: { line_items: [{ end_date: '2090-06-01T00:00:00.000Z' }] },
  })
})

test('202 with the workflow for who does not want to wait', async () => {
  const prefer = { prefer: 'respond-async' }
  const refused = await caller.call('POST', '/subscriptions', shared.body({ currency: 'eur' }), prefer)
  const { workflow_id: failed } = z.object({ workflow_id: z.string() }).parse(refused.body)
  expect(await caller.call('GET', `/tasks/result?workflow_id=${failed}&wait=20s`)).toMatchObject({
    body: { status: 'Failed', error: { details: { fields: { plan_id: expect.any(String) } } } },
  })
  const answer = await caller.call('POST', '/subscriptions', shared.body(), prefer)
  expect(answer.status).toBe(202)
  const { workflow_id } = z.object({ workflow_id: z.string(), run_id: z.string() }).parse(answer.body)
  const result = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=10s`)
  expect(result).toMatchObject({
    body: { status: 'Completed', result: { subscription_id: expect.stringMatching(/^subs_/) } },
  })
})

function idOf(answer: Answer): string {
  expect(answer).toMatchObject({ status: 201 })
  return z.looseObject({ id: z.string() }).parse(answer.body).id
}

async function invoicesOf(subscriptionId: string) {
  const invoices = await caller.scoped.db
    .selectFrom('invoices')
    .select(['invoice_status', 'billing_reason', 'payment_status', 'total', 'invoice_number as number'])
    .select(({ selectFrom }) =>
      selectFrom('invoice_line_items')
        .whereRef('invoice_line_items.invoice_id', '=', 'invoices.id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('lines'),
    )
    .where('subscription_id', '=', subscriptionId)
    .execute()
  return invoices.map((invoice) => ({ ...invoice, total: decimalText(invoice.total) }))
}

function plainPrice(planId: string) {
  return priceBody(planId, { amount: '1' })
}
