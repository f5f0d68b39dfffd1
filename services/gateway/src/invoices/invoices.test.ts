import { recomputeLine } from '@flexprice/domain/cycle'
import { formatDecimal } from '@flexprice/domain/money'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import {
  makeSubscribable,
  type Subscribable,
  startGatewayWithCreation,
} from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let subscribed: Subscribable
let invoiceId: string

const subscription = z.looseObject({ id: z.string(), latest_invoice: z.looseObject({}).optional() })
const page = z.object({
  items: z.array(z.looseObject({ id: z.string(), line_items: z.array(z.looseObject({})).optional() })),
  pagination: z.looseObject({ total: z.int() }),
})

beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await gateway.newCaller()
  subscribed = await makeSubscribable(caller, { min_quantity: 3 })
  const { planId } = subscribed
  const past = { start_date: '2020-01-01T00:00:00Z' }
  for (const price of [
    {
      ...{ billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined, min_quantity: 12 },
      tiers: [{ up_to: 5, unit_amount: '3.333', flat_amount: '1' }, { unit_amount: '2' }],
    },
    {
      ...{ billing_model: 'TIERED', tier_mode: 'VOLUME', amount: undefined, min_quantity: 7 },
      tiers: [{ up_to: 10, unit_amount: '0.125' }, { unit_amount: '0.1' }],
    },
    { billing_model: 'PACKAGE', transform_quantity: { divide_by: 10 }, min_quantity: 25, amount: '9.99' },
    { billing_period: 'ONETIME', amount: '99.90' },
  ]) {
    await caller.create('/prices', priceBody(planId, { ...past, ...price }))
  }
  // From the 11th to the 1st: each recurring line bills its share.
  const body = subscribed.body({
    start_date: '2026-03-11T00:00:00Z',
    billing_cycle: 'calendar',
    proration_behavior: 'create_prorations',
  })
  const answer = await caller.call('POST', '/subscriptions', body)
  expect(answer).toMatchObject({ status: 201 })
  invoiceId = (await search({})).items[0]?.id ?? ''
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function search(filter: object) {
  const answer = await caller.call('POST', '/invoices/search', filter)
  expect(answer).toMatchObject({ status: 200 })
  return page.parse(answer.body)
}

test('getInvoice 200 with lines and what was to be expanded, 404 for another tenant and kind', async () => {
  const path = `/invoices/${invoiceId}`
  expect(await caller.call('GET', `${path}?expand=customer,subscription`)).toMatchObject({
    status: 200,
    body: {
      ...{
        id: invoiceId,
        customer_id: subscribed.customerId,
        customer: { external_id: subscribed.externalId },
      },
      ...{ invoice_type: 'SUBSCRIPTION', invoice_status: 'FINALIZED', billing_reason: 'SUBSCRIPTION_CREATE' },
      ...{ currency: 'usd', invoice_number: expect.any(String), amount_paid: '0', total_tax: '0' },
      subscription: { customer_id: subscribed.customerId },
      line_items: expect.arrayContaining([
        expect.objectContaining({ invoice_id: invoiceId, amount: '99.9' }),
      ]),
    },
  })
  const stranger = await gateway.newCaller()
  for (const [who, where] of [
    [stranger, path],
    [stranger, `${path}/explain`],
    [caller, `/invoices/${subscribed.planId}`],
    [caller, '/invoices/inv_none/explain'],
  ] as const) {
    expect(await who.call('GET', where)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
  const unbuilt = await caller.call('GET', `${path}?group_by=region&expand_by_source=true`)
  expect(unbuilt).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(unbuilt)).toSorted()).toEqual(['expand_by_source', 'group_by'])
})

const explanation = z.object({
  currency: z.string(),
  charge: z.discriminatedUnion('billing_model', [
    z.object({
      billing_model: z.literal('FLAT_FEE'),
      ...{ quantity: z.string(), priced_quantity: z.string(), unit_amount: z.string() },
    }),
    z.object({
      billing_model: z.literal('PACKAGE'),
      ...{ quantity: z.string(), priced_quantity: z.string(), divide_by: z.string() },
      ...{ round: z.enum(['up', 'down']), packages: z.string(), package_amount: z.string() },
    }),
    z.object({
      billing_model: z.literal('TIERED'),
      ...{ quantity: z.string(), priced_quantity: z.string(), tier_mode: z.enum(['VOLUME', 'SLAB']) },
      tiers: z.array(
        z.object({
          ...{ tier: z.int(), up_to: z.string().nullable() },
          ...{ units: z.string(), unit_amount: z.string(), flat_amount: z.string() },
        }),
      ),
    }),
  ]),
  proration: z.object({ active_ms: z.int(), whole_ms: z.int() }).nullable(),
})
const explained = z.object({
  invoice_id: z.string(),
  currency: z.string(),
  lines: z.array(z.looseObject({ amount: z.string(), explanation })),
})

test('explainInvoice 200: each line’s amount can be computed again from its explanation alone', async () => {
  const answer = await caller.call('GET', `/invoices/${invoiceId}/explain`)
  expect(answer).toMatchObject({ status: 200, body: { invoice_id: invoiceId, currency: 'usd' } })
  const { lines } = explained.parse(answer.body)
  expect(lines.map((line) => line.explanation.charge.billing_model).toSorted()).toEqual([
    'FLAT_FEE',
    'FLAT_FEE',
    'PACKAGE',
    'TIERED',
    'TIERED',
  ])
  expect(lines.filter((line) => line.explanation.proration !== null)).toHaveLength(4)
  for (const line of lines) {
    expect(formatDecimal(recomputeLine(line.explanation))).toBe(line.amount)
  }
  // By hand, × 21/31: 31.5 → 21.34; 5 × 3.333 + 1 + 7 × 2 = 31.665 → 21.45; 0.875 → 0.59; 3 × 9.99 → 20.30.
  expect(lines.map(({ amount }) => amount).toSorted()).toEqual(['0.59', '20.3', '21.34', '21.45', '99.9'])
  expect(await caller.call('GET', `/invoices/${invoiceId}`)).toMatchObject({
    body: { subtotal: '163.58', total: '163.58', amount_due: '163.58', amount_remaining: '163.58' },
  })
})

test('queryInvoice 200 with lines unless they are to be skipped, by the contract’s filters', async () => {
  const { customerId, externalId } = subscribed
  const { items } = await search({ customer_id: customerId })
  expect(items[0]?.line_items).toHaveLength(5)
  expect((await search({ skip_line_items: true })).items[0]).not.toHaveProperty('line_items')
  for (const [filter, total] of [
    [{ external_customer_id: externalId, currency: 'USD', invoice_status: ['FINALIZED'] }, 1],
    [{ subscription_customer_id: [customerId], billing_reason: 'SUBSCRIPTION_CREATE' }, 1],
    [{ amount_due_gt: 163.57, amount_remaining_gt: 163.57, period_start_gte: '2026-03-11T00:00:00Z' }, 1],
    [{ amount_due_gt: 163.58 }, 0],
    [{ payment_status: ['SUCCEEDED'] }, 0],
    [{ invoice_type: 'CREDIT' }, 0],
    [{ period_end_lte: '2026-03-31T00:00:00Z' }, 0],
    [{ offset: 10 }, 1],
  ] as const) {
    expect((await search(filter)).pagination, JSON.stringify(filter)).toMatchObject({ total })
  }
  const stranger = await gateway.newCaller()
  expect(await stranger.call('POST', '/invoices/search', {})).toMatchObject({ body: { items: [] } })
})

test.each([
  ['a sort that does not exist', { sort: [{ field: 'mood' }] }, 'sort[0].field'],
  ['a status that does not exist', { invoice_status: ['LOST'] }, 'invoice_status[0]'],
  ['10,000 ids', { invoice_ids: Array.from({ length: 10_000 }, () => 'inv_x') }, 'invoice_ids'],
  ['an unknown currency', { currency: 'zzz' }, 'currency'],
  ['an instant without a zone', { period_end_lte: '2026-03-31' }, 'period_end_lte'],
])('queryInvoice 400 that names the field for %s', async (_what, filter, path) => {
  const answer = await caller.call('POST', '/invoices/search', filter)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('getCustomerInvoiceSummary 200 by currency, 404 for another tenant', async () => {
  const path = `/customers/${subscribed.customerId}/invoices/summary`
  expect(await caller.call('GET', path)).toMatchObject({
    status: 200,
    body: {
      customer_id: subscribed.customerId,
      default_currency: 'usd',
      summaries: [
        {
          ...{ currency: 'usd', total_invoice_count: 1, unpaid_invoice_count: 1 },
          ...{ total_revenue_amount: '163.58', total_unpaid_amount: '163.58' },
          ...{ unpaid_fixed_charges: '163.58', unpaid_usage_charges: '0' },
        },
      ],
    },
  })
  const customer = await caller.create('/customers', { external_id: 'without invoices', name: 'Eve' })
  expect(await caller.call('GET', `/customers/${customer.id}/invoices/summary`)).toMatchObject({
    body: { summaries: [] },
  })
  expect(await (await gateway.newCaller()).call('GET', path)).toMatchObject({ status: 404 })
})

test('getSubscriptionsForCustomer 200 by the external id, with what was to be expanded', async () => {
  const path = `/customers/external/${subscribed.externalId}/subscriptions`
  const answer = await caller.call('GET', `${path}?expand=plan,line_items`)
  expect(answer).toMatchObject({
    status: 200,
    body: {
      items: [{ customer_id: subscribed.customerId, plan: { name: 'Pro' } }],
      pagination: { total: 1 },
    },
  })
  expect(z.looseObject({ items: z.array(subscription) }).parse(answer.body).items).toHaveLength(1)
  expect((await caller.call('GET', path)).body).toMatchObject({ items: [{ line_items: expect.any(Array) }] })
  expect(await caller.call('GET', '/customers/external/nobody/subscriptions')).toMatchObject({ status: 404 })
})
