import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { completed, lineOf, subscribe } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithSync()
  caller = await newClockedCaller(gateway, '2026-11-29T00:00:00.000Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const cut = '2026-11-18T00:00:00.000Z'

interface Act {
  readonly method: 'PUT' | 'DELETE'
  readonly body: object
}

/** A fee of 30 that is 67 from the cut on, and an act on the subscription's line of 30. */
async function actOn(moment: 'before' | 'after', { method, body }: Act) {
  const plan = await caller.create('/plans', { name: 'Pro' })
  const fee = { amount: '30', invoice_cadence: 'ADVANCE', start_date: '2026-01-01T00:00:00Z' }
  const { id: priceId } = await caller.create('/prices', priceBody(plan.id, fee))
  const id = await subscribe(caller, plan.id, { start_date: '2026-10-17T00:00:00.000Z' })
  const line = await lineOf(caller, id, priceId)
  const edited = await caller.call('PUT', `/prices/${priceId}`, { amount: '67', effective_from: cut })
  expect(edited).toMatchObject({ status: 200 })
  if (moment === 'after') await sync(plan.id)
  const { status } = await caller.call(method, `/subscriptions/lineitems/${line}`, body)
  // Again: what was done once is not done twice.
  const again = await caller.call(method, `/subscriptions/lineitems/${line}`, body)
  await sync(plan.id)
  return { status, again: again.status, ...(await billOf(id, priceId)) }
}

async function sync(planId: string): Promise<void> {
  await completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))
}

const invoice = z.object({
  total: z.string(),
  line_items: z.array(z.object({ amount: z.string(), quantity: z.string() })),
})
const subscription = z.object({
  line_items: z.array(
    z.object({
      start_date: z.string(),
      end_date: z.string().optional(),
      quantity: z.string(),
      price_id: z.string(),
    }),
  ),
})

/** The lines with a length, each by what its price costs, and what the next invoice charges. */
async function billOf(id: string, feeOf30: string) {
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: id })
  const { body } = await caller.call('GET', `/subscriptions/${id}`)
  const lines = subscription
    .parse(body)
    .line_items.filter(({ start_date, end_date }) => end_date !== start_date)
    .map(({ price_id, ...line }) => ({ ...line, fee: price_id === feeOf30 ? 30 : 67 }))
    .toSorted((one, other) => (one.start_date < other.start_date ? -1 : 1))
  return { lines, invoice: invoice.parse(preview.body) }
}

const start = '2026-10-17T00:00:00.000Z'
const early = '2026-11-02T00:00:00.000Z'
const late = '2026-11-24T00:00:00.000Z'
const three = { fee: 30, quantity: '3' }
const first = { fee: 30, quantity: '1', start_date: start }
const second = { fee: 67, quantity: '1', start_date: cut }

const end = (effective_from: string): Act => ({ method: 'DELETE', body: { effective_from } })
const quantity = (effective_from: string): Act => ({ method: 'PUT', body: { quantity: 3, effective_from } })

test.each<[string, Act, object[]]>([
  ['an end before the cut', end(early), [{ ...first, end_date: early }]],
  ['an end at the cut', end(cut), [{ ...first, end_date: cut }]],
  [
    'an end behind the cut',
    end(late),
    [
      { ...first, end_date: cut },
      { ...second, end_date: late },
    ],
  ],
  [
    'a quantity from the start on',
    quantity(start),
    [
      { ...three, start_date: start, end_date: cut },
      { ...second, quantity: '3' },
    ],
  ],
  [
    'a quantity before the cut',
    quantity(early),
    [
      { ...first, end_date: early },
      { ...three, start_date: early, end_date: cut },
      { ...second, quantity: '3' },
    ],
  ],
  [
    'a quantity at the cut',
    quantity(cut),
    [
      { ...first, end_date: cut },
      { ...second, quantity: '3' },
    ],
  ],
  [
    'a quantity behind the cut',
    quantity(late),
    [
      { ...first, end_date: cut },
      { ...second, end_date: late },
      { ...second, start_date: late, quantity: '3' },
    ],
  ],
  [
    'another amount behind the cut',
    { method: 'PUT', body: { amount: '5', effective_from: late } },
    [{ ...first, end_date: cut }, { ...second, end_date: late }, { start_date: late }],
  ],
])('%s means the same before a sync and after it', async (_what, act, lines) => {
  const [unsynced, synced] = [await actOn('before', act), await actOn('after', act)]
  expect(unsynced).toMatchObject({ status: 200, lines })
  expect(synced).toEqual(unsynced)
})
