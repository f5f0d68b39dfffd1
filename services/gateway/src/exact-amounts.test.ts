import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from './testing/caller-under-test.ts'
import { startGatewayWithCharges } from './testing/charges-under-test.ts'
import type { GatewayUnderTest } from './testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from './testing/metered-feature.ts'

const number = (json: string) => JSON.rawJSON(json)
/** More digits than a float holds, as a text and as numbers of two notations; each is the same amount. */
const exact = '12345678901.123456789012345678'
const notations = [exact, number(exact), number(`${exact.replace('.', '')}e-18`), ` +${exact}0 `]
const long = { start_date: '2020-01-01T00:00:00Z' }

let gateway: GatewayUnderTest
let caller: Caller
let plan: string
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
  plan = (await caller.create('/plans', { name: 'Exact' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

describe.each(notations.map((amount) => [JSON.stringify(amount), amount]))(
  '%s is exactly that',
  (name, amount) => {
    const key = (what: string) => ({ 'Idempotency-Key': `${what} ${name}` })

    test('as the amount and the tiers of a price, alone, in bulk and with a key', async () => {
      const tiered = { billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined }
      const tiers = [{ up_to: 5, unit_amount: amount, flat_amount: amount }, { unit_amount: amount }]
      const items = [priceBody(plan, { amount }), priceBody(plan, { ...tiered, tiers })]
      const single = await caller.call('POST', '/prices', items[0], key('single'))
      expect(single).toMatchObject({ status: 201, body: { amount: exact } })
      expect(await caller.call('POST', '/prices', items[0], key('single'))).toMatchObject({
        body: single.body,
      })
      expect(await caller.call('POST', '/prices/bulk', { items }, key('bulk'))).toMatchObject({
        status: 201,
        body: {
          items: [
            { amount: exact },
            { tiers: [{ unit_amount: exact, flat_amount: exact }, { unit_amount: exact }] },
          ],
        },
      })
      const { id } = await caller.create('/prices', priceBody(plan, { amount: number('5e-05') }))
      expect(await caller.call('GET', `/prices/${id}`)).toMatchObject({ body: { amount: '0.00005' } })
      expect(await caller.call('PUT', `/prices/${id}`, { amount })).toMatchObject({ body: { amount: exact } })
    })

    test('as an override’s amount and quantity, alone and in bulk, and as a line’s', async () => {
      const own = (await caller.create('/plans', { name: 'Own' })).id
      const price = await caller.create('/prices', priceBody(own, long))
      const customer = await caller.create('/customers', { external_id: `c ${name}`, name: 'Ada' })
      const order = {
        ...{ customer_id: customer.id, plan_id: own, currency: 'usd', billing_period: 'MONTHLY' },
        ...{ start_date: '2026-08-01T00:00:00Z' },
        override_line_items: [{ price_id: price.id, amount, quantity: number('2.5e-1') }],
      }
      const lines = z.object({ line_items: z.array(z.object({ id: z.string(), quantity: z.string() })) })
      const made = await caller.call('POST', '/subscriptions', order, key('subscription'))
      expect(made).toMatchObject({
        status: 201,
        body: { line_items: [{ quantity: '0.25' }] },
      })
      const [line] = lines.parse(made.body).line_items
      const changed = await caller.call('PUT', `/subscriptions/lineitems/${line?.id}`, { quantity: amount })
      expect(changed).toMatchObject({ status: 200, body: { quantity: exact } })
      const bulk = await caller.call('POST', '/subscriptions/bulk', { items: [order] })
      const { workflow_id } = z.object({ workflow_id: z.string() }).parse(bulk.body)
      await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
      const search = await caller.call('POST', '/subscriptions/search', { plan_id: own })
      const { items } = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(search.body)
      expect(items).toHaveLength(2)
      const ids = items.map(({ id }) => id)
      const prices = caller.scoped.db.selectFrom('prices').where('subscription_id', 'in', ids)
      const stored = await prices
        .select((column) => column.cast<string>('amount', 'text').as('amount'))
        .execute()
      expect(stored).toEqual([{ amount: exact }, { amount: exact }])
    })

    test('as a meter’s multiplier, a unit’s rate and a filter', async () => {
      const aggregation = { type: 'SUM_WITH_MULTIPLIER', field: 'n', multiplier: amount }
      const reporting_unit = { unit_singular: 'a', unit_plural: 'b', conversion_rate: amount }
      const feature = await caller.call(
        'POST',
        '/features',
        meteredFeatureBody({ reporting_unit }, { aggregation }),
      )
      expect(feature).toMatchObject({ status: 201, body: { meter: { aggregation: { multiplier: exact } } } })
      const filter = { amount_due_gt: amount }
      expect(await caller.call('POST', '/invoices/search', filter)).toMatchObject({ status: 200 })
    })
  },
)

test.each([
  [number('1e20')],
  ['1e20'],
  [number('0.1234567890123456789')],
  [number('1e-19')],
  [number('1e400')],
  ['0x10'],
  ['NaN'],
  [true],
])('400 that names the amount for %j, which is none or more than storage holds', async (amount) => {
  const message = expect.stringContaining('must be a decimal number')
  const body = priceBody(plan, { amount })
  const single = await caller.call('POST', '/prices', body)
  expect(single.status).toBe(400)
  expect(problemsOf(single)).toEqual({ amount: message })
  const bulk = await caller.call(
    'POST',
    '/prices/bulk',
    { items: [body] },
    { 'Idempotency-Key': `no ${JSON.stringify(amount)}` },
  )
  expect(bulk.status).toBe(400)
  expect(problemsOf(bulk)).toEqual({ 'items[0].amount': message })
})

test('usage that is no number is told on the line of an invoice and the item of a calculation', async () => {
  const own = (await caller.create('/plans', { name: 'Odd' })).id
  const aggregation = { type: 'SUM', field: 'n' }
  const feature = await caller.create('/features', meteredFeatureBody({}, { event_name: 'odd', aggregation }))
  await caller.create('/prices', priceBody(own, usageOf(feature.meter_id, { ...long, amount: '1' })))
  await caller.create('/customers', { external_id: 'odd', name: 'Odd' })
  const { id } = await caller.create('/subscriptions', {
    ...{ external_customer_id: 'odd', plan_id: own, currency: 'usd', billing_period: 'MONTHLY' },
    ...{ start_date: '2026-08-01T00:00:00Z' },
  })
  const sent = Array.from({ length: 8 }, (_, index) => ({
    ...{ event_name: 'odd', external_customer_id: 'odd', event_id: `odd-${index}` },
    ...{
      timestamp: `2026-08-0${8 - index}T00:00:00Z`,
      properties: { n: index === 3 ? number('5e-05') : 'x' },
    },
  }))
  await caller.call('POST', '/events/bulk', { events: sent })
  const event_ids = ['odd-7', 'odd-6', 'odd-5', 'odd-4', 'odd-2']
  const said = { warnings: [{ code: 'not_numeric', count: 7, event_ids }] }
  const started = await caller.call('POST', '/calculations', { subscription_ids: [id], create_drafts: true })
  const { calculation_id, workflow_id } = z
    .object({ calculation_id: z.string(), workflow_id: z.string() })
    .parse(started.body)
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const { body } = await caller.call('GET', `/calculations/${calculation_id}/items`)
  expect(body).toMatchObject({ items: [{ ...said, lines: [{ ...said, quantity: '0.00005' }] }] })
  const [item] = z.object({ items: z.array(z.object({ invoice_id: z.string() })) }).parse(body).items
  const invoice = await caller.call('GET', `/invoices/${item?.invoice_id}`)
  expect(invoice).toMatchObject({ status: 200, body: { line_items: [said] } })
})
