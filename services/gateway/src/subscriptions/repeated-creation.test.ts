import { setTimeout as sleep } from 'node:timers/promises'
import { insertPrices } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
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
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('one key: posted at once and later, however written, it is one subscription with one invoice', async () => {
  shared = await makeSubscribable(caller)
  const headers = { 'idempotency-key': 'order 1' }
  const request = shared.body({ trial_period_days: 0, metadata: { a: '1', b: '2' } })
  const post = (body: object) => caller.call('POST', '/subscriptions', body, headers)
  const together = await Promise.all(Array.from({ length: 5 }, () => post(request)))
  const reordered = Object.fromEntries(Object.entries(request).toReversed())
  const later = await post({ ...reordered, metadata: { b: '2', a: '1' } })
  const ids = [...together, later].map((answer) => {
    expect(answer).toMatchObject({ status: 201 })
    return z.looseObject({ id: z.string() }).parse(answer.body).id
  })
  expect(new Set(ids).size).toBe(1)
  expect(await countRows()).toEqual({ subscriptions: 1, invoices: 1 })
})

test('one key with another body: 409, at once and later, and nothing is made', async () => {
  shared = await makeSubscribable(caller)
  const before = await countRows()
  const headers = { 'idempotency-key': 'order 2' }
  const bodies = [shared.body(), shared.body({ metadata: { other: 'yes' } })]
  const answers = await Promise.all(
    bodies.map((body) => caller.call('POST', '/subscriptions', body, headers)),
  )
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
  const third = await caller.call('POST', '/subscriptions', shared.body({ lookup_key: 'x' }), headers)
  expect(third).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  expect(await countRows()).toEqual({
    subscriptions: before.subscriptions + 1,
    invoices: before.invoices + 1,
  })
})

test('one key for work of two kinds: 409 for the second, whichever it is, and nothing is made', async () => {
  const { body } = await makeSubscribable(caller)
  const customer = { external_id: 'by-key', name: 'Ada' }
  const requests: [string, object][] = [
    ['/subscriptions', body()],
    ['/customers', customer],
    ['/subscriptions/bulk', { items: [body()] }],
  ]
  for (const [path, first] of requests) {
    for (const [other, second] of requests.filter(([one]) => one !== path)) {
      const headers = { 'idempotency-key': `${path} before ${other}` }
      const made = path === '/customers' ? { ...customer, external_id: other } : first
      expect((await caller.call('POST', path, made, headers)).status).toBeOneOf([201, 202])
      const before = await countRows()
      expect(await caller.call('POST', other, second, headers)).toMatchObject({
        status: 409,
        body: { code: 'already_exists', details: { fields: { 'Idempotency-Key': expect.any(String) } } },
      })
      if (path !== '/subscriptions/bulk') expect(await countRows()).toEqual(before)
    }
  }
  const found = await caller.call('POST', '/customers/search', { external_ids: ['by-key'] })
  expect(found).toMatchObject({ body: { items: [] } })
})

test('the key of an activation is for that activation alone', async () => {
  const { body } = await makeSubscribable(caller)
  const draft = await caller.create('/subscriptions', body({ subscription_status: 'draft' }))
  const headers = { 'idempotency-key': 'begin' }
  const start = { start_date: '2026-04-01T00:00:00Z' }
  const path = `/subscriptions/${draft.id}/activate`
  expect((await caller.call('POST', path, start, headers)).status).toBe(200)
  expect((await caller.call('POST', path, start, headers)).status).toBe(200)
  for (const [other, request] of [
    ['/subscriptions', body()],
    ['/customers', { external_id: 'begun', name: 'Ada' }],
    [path, { start_date: '2026-04-02T00:00:00Z' }],
  ] as const) {
    expect(await caller.call('POST', other, request, headers)).toMatchObject({ status: 409 })
  }
})

test('who does not wait and asks again is told of the same run, also when it is done; a refused one is tried anew', async () => {
  const { body } = await makeSubscribable(caller)
  const post = async (request: object, key: string) => {
    const headers = { prefer: 'respond-async', 'idempotency-key': key }
    const answer = await caller.call('POST', '/subscriptions', request, headers)
    expect(answer.status).toBe(202)
    return z.object({ workflow_id: z.string(), run_id: z.string() }).loose().parse(answer.body)
  }
  const ended = async ({ workflow_id, run_id }: Awaited<ReturnType<typeof post>>) => {
    const path = `/tasks/result?workflow_id=${workflow_id}&run_id=${run_id}&wait=20s`
    return z.looseObject({ status: z.string() }).parse((await caller.call('GET', path)).body).status
  }
  const first = await post(body(), 'later')
  expect(await ended(first)).toBe('Completed')
  expect(await post(body(), 'later')).toEqual(first)
  const refused = await post(body({ currency: 'eur' }), 'refused')
  expect(await ended(refused)).toBe('Failed')
  const again = await post(body({ currency: 'eur' }), 'refused')
  expect(again.workflow_id).toBe(refused.workflow_id)
  expect(again.run_id).not.toBe(refused.run_id)
})

test('the key of a request that was refused can be used again', async () => {
  shared = await makeSubscribable(caller)
  const headers = { 'idempotency-key': 'order 3' }
  const refused = await caller.call('POST', '/subscriptions', shared.body({ currency: 'eur' }), headers)
  expect(refused.status).toBe(400)
  expect((await caller.call('POST', '/subscriptions', shared.body(), headers)).status).toBe(201)
})

test('without a key each request makes a subscription, and one environment does not meet the other', async () => {
  shared = await makeSubscribable(caller)
  const before = await countRows()
  await caller.create('/subscriptions', shared.body())
  await caller.create('/subscriptions', shared.body())
  expect((await countRows()).subscriptions).toBe(before.subscriptions + 2)
  const stranger = await gateway.newCaller()
  const theirs = await makeSubscribable(stranger)
  const headers = { 'idempotency-key': 'order 1' }
  expect(await stranger.call('POST', '/subscriptions', theirs.body(), headers)).toMatchObject({ status: 201 })
})

test.each([
  ['nothing', ''],
  ['other than ASCII', 'ä'],
  ['256 characters', 'x'.repeat(256)],
])('400 for a key of %s, by its header', async (_what, key) => {
  const answer = await caller.call('POST', '/subscriptions', shared.body(), { 'idempotency-key': key })
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('Idempotency-Key') } })
})

test('invoice numbers have no gaps, also where creations run at once and some are refused', async () => {
  const fresh = await gateway.newCaller()
  const { body } = await makeSubscribable(fresh)
  const changes = Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? { currency: 'eur' } : {}))
  await Promise.all(changes.map((change) => fresh.call('POST', '/subscriptions', body(change))))
  const invoices = await fresh.scoped.db.selectFrom('invoices').select('invoice_number').execute()
  const numbers = invoices.map(({ invoice_number }) => Number(invoice_number?.slice(-6)))
  expect(numbers.toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a price that is made while a creation waits for it is in its lines, and not left to a sync', async () => {
  const { planId, body } = await makeSubscribable(caller)
  const asked = await inTransaction(caller.scoped, async (transaction) => {
    const now = await readNow(transaction)
    await insertPrices(transaction, [newPrice(planId)], now)
    const answer = caller.call('POST', '/subscriptions', body({ start_date: now.toISOString() }))
    // Long enough for the creation to come to the plan's row, which is locked.
    await sleep(500)
    return { answer }
  })
  const answer = await asked.answer
  expect(answer).toMatchObject({ status: 201, body: { line_items: { length: 2 }, synced_price_sequence: 2 } })
})

function newPrice(plan_id: string) {
  return {
    plan_id,
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    currency: 'usd',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
    amount: '5',
  } as const
}

async function countRows() {
  const { fn } = caller.scoped.db
  const rows = await caller.scoped.db
    .selectNoFrom(({ selectFrom }) => [
      selectFrom('subscriptions').select(fn.countAll<number>().as('count')).as('subscriptions'),
      selectFrom('invoices').select(fn.countAll<number>().as('count')).as('invoices'),
    ])
    .executeTakeFirstOrThrow()
  return { subscriptions: rows.subscriptions ?? 0, invoices: rows.invoices ?? 0 }
}
