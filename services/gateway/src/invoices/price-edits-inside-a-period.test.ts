import { type LineExplanation, recomputeLine } from '@flexprice/domain/cycle'
import { formatDecimal } from '@flexprice/domain/money'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'
import { apply, completed, itemsOf, lineOf, previewOf, subscribe } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGatewayWithSync()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Of August, which is not billed yet and has 31 days. */
const middle = '2026-08-16T12:00:00Z'
const long = { start_date: '2020-01-01T00:00:00Z' }
const slab = (unit: number) => [
  { up_to: 10, unit_amount: `${unit}`, flat_amount: `${5 * unit}` },
  { unit_amount: `${unit / 2}` },
]
const tiered = { billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined }

/** What each meter has, its price before and after, and what its two lines then cost. */
const meters = [
  {
    meter: { event_name: 'peak', aggregation: { type: 'MAX', field: 'value' } },
    ...{ before: { amount: '1' }, after: { amount: '1.1' }, amounts: ['5', '5.5'] },
    events: [
      ['2026-08-02T00:00:00Z', '10'],
      ['2026-08-20T00:00:00Z', '4'],
    ],
  },
  {
    meter: { event_name: 'seat', aggregation: { type: 'LATEST', field: 'value' }, reset_usage: 'NEVER' },
    ...{ before: { amount: '1' }, after: { amount: '2' }, amounts: ['10', '20'] },
    events: [
      ['2026-08-02T00:00:00Z', '7'],
      ['2026-08-20T00:00:00Z', '20'],
    ],
  },
  {
    meter: { event_name: 'disk', aggregation: { type: 'WEIGHTED_SUM', field: 'value' } },
    ...{ before: { amount: '1' }, after: { amount: '2' }, amounts: ['15.5', '31'] },
    events: [['2026-08-01T00:00:00Z', '31']],
  },
  {
    meter: { event_name: 'byte', aggregation: { type: 'SUM', field: 'value' } },
    ...{ before: { ...tiered, tiers: slab(1) }, after: { tiers: slab(2) }, amounts: ['8', '24'] },
    events: [
      ['2026-08-02T00:00:00Z', '8'],
      ['2026-08-20T00:00:00Z', '12'],
    ],
  },
] as const

/** A plan of all four meters with a subscriber who has used them. */
async function addUsed() {
  const { id: planId } = await caller.create('/plans', { name: 'Metered' })
  const priceIds: string[] = []
  for (const { meter, before } of meters) {
    const feature = await caller.create('/features', meteredFeatureBody({ name: meter.event_name }, meter))
    const body = priceBody(planId, usageOf(feature.meter_id, { ...long, ...before }))
    priceIds.push((await caller.create('/prices', body)).id)
  }
  const externalId = `user-of-${planId}`
  const id = await subscribe(caller, planId, { externalId })
  for (const { meter, events } of meters) {
    for (const [timestamp, value] of events) {
      const event = { ...{ event_name: meter.event_name, timestamp }, properties: { value } }
      const answer = await caller.call('POST', '/events', { external_customer_id: externalId, ...event })
      expect(answer).toMatchObject({ status: 202 })
    }
  }
  return { planId, priceIds, id }
}

const invoice = z.looseObject({
  total: z.string(),
  line_items: z.array(z.looseObject({ amount: z.string() })),
})
const explained = z.object({
  lines: z.array(z.looseObject({ amount: z.string(), explanation: z.custom<LineExplanation>() })),
})

async function previewedInvoice(id: string, window: object = {}) {
  const answer = await caller.call('POST', '/invoices/preview', { subscription_id: id, ...window })
  expect(answer).toMatchObject({ status: 200 })
  const { total, line_items } = invoice.parse(answer.body)
  return { total, amounts: line_items.map(({ amount }) => amount).toSorted() }
}

const expected = { total: '119', amounts: meters.flatMap(({ amounts }) => amounts).toSorted() }

test('a synced edit inside the period costs what its preview said, by preview, calculation and draft, and is explained', async () => {
  const { planId, priceIds, id } = await addUsed()
  expect(await previewedInvoice(id)).toMatchObject({ total: '81' })
  const edits = meters.map(({ after }, index) => ({
    ...{ price_id: priceIds[index], effective_from: middle },
    ...after,
  }))
  const previewId = await previewOf(caller, planId, edits)
  expect(await itemsOf(caller, planId, previewId)).toMatchObject([{ before: '81', after: '119' }])
  await completed(caller, await apply(caller, planId, previewId))
  expect(await previewedInvoice(id)).toEqual(expected)
  const window = { period_start: '2026-08-01T00:00:00Z', period_end: '2026-09-01T00:00:00Z' }
  expect(await previewedInvoice(id, window)).toEqual(expected)
  const [item] = await calculate(caller, { subscription_ids: [id], create_drafts: true })
  expect(item).toMatchObject({ total: '119' })
  const { lines } = explained.parse((await caller.call('GET', `/invoices/${item?.invoice_id}/explain`)).body)
  expect(lines.map(({ amount }) => amount).toSorted()).toEqual(expected.amounts)
  for (const { amount, explanation } of lines) {
    expect(formatDecimal(recomputeLine(explanation))).toBe(amount)
    expect(explanation).toMatchObject({ chain: { lines: 2 } })
  }
})

test('an override inside the period belongs to the chain of the price that it replaces', async () => {
  const { priceIds, id } = await addUsed()
  for (const [index, { after }] of meters.entries()) {
    const line = await lineOf(caller, id, priceIds[index] ?? '')
    const body = { ...after, effective_from: middle }
    expect(await caller.call('PUT', `/subscriptions/lineitems/${line}`, body)).toMatchObject({ status: 200 })
  }
  expect(await previewedInvoice(id)).toEqual(expected)
})
