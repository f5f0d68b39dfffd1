import { workflows } from '@flexprice/contracts/workflows'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
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
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  shared = await makeSubscribable(caller)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('202, then an id for each item: a thousand with bad ones among them, which stop nothing', async () => {
  const items = Array.from({ length: 1_000 }, () => shared.body())
  items[3] = shared.body({ timezone: 'Europe/Atlantis' })
  items[500] = shared.body({ customer_id: 'cust_nobody' })
  items[999] = shared.body({ coupons: ['x'] })
  const result = await resultOf(await post(items))
  expect(result).toMatchObject({ created: 997, failed: 3 })
  expect(result.items.map(({ index }) => index)).toEqual(items.map((_, index) => index))
  const failed = result.items.filter(({ subscription_id }) => subscription_id === undefined)
  expect(failed).toMatchObject([
    { index: 3, error: { code: 'validation_error', fields: { timezone: expect.any(String) } } },
    { index: 500, error: { code: 'not_found', message: 'Customer cust_nobody does not exist' } },
    { index: 999, error: { code: 'not_implemented', fields: { coupons: expect.any(String) } } },
  ])
  expect(await countSubscriptions()).toBe(997)
  const invoices = await caller.scoped.db.selectFrom('invoices').select('invoice_number').execute()
  const numbers = invoices.map(({ invoice_number }) => Number(invoice_number?.slice(-6)))
  expect(numbers.toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: 997 }, (_, n) => n + 1),
  )
})

test('an item of any form is an item with an error', async () => {
  const items = [{}, { idempotency_key: 7 }, { ...shared.body(), colour: 'red' }, shared.body()]
  const { items: outcomes } = await resultOf(await post(items))
  expect(outcomes.map(({ error }) => error?.code)).toEqual([
    'validation_error',
    'validation_error',
    'validation_error',
    undefined,
  ])
  expect(outcomes[2]?.error?.fields).toEqual({ colour: 'is not a known field' })
})

test('an item’s key has the form of the header’s', async () => {
  const keys = ['', ' ', ' a', 'é', 'a\nb', 'k'.repeat(256), null]
  const { items } = await resultOf(await post(keys.map((key) => shared.body({ idempotency_key: key }))))
  expect(items.map(({ error }) => Object.keys(error?.fields ?? {}))).toEqual(
    keys.map(() => ['idempotency_key']),
  )
})

test('whatever the items are called, their errors are stored and fit into the result', async () => {
  const unstorable = shared.body({ 'a\u0000\ud800': 1 })
  const endless = Object.fromEntries(
    Array.from({ length: 6 }, (_, n) => [`${n}${'"\u0001€😀'.repeat(150)}`, n]),
  )
  const items = Array.from({ length: 999 }, () => endless)
  const result = await resultOf(await post([unstorable, ...items]))
  expect(result).toMatchObject({ created: 0, failed: 1_000 })
  expect(result.items[0]?.error?.fields).toEqual({ 'a\ufffd\ufffd': 'is not a known field' })
  expect(await countSubscriptions()).toBe(0)
})

test('what only the database refuses is found among its neighbours, and they are made', async () => {
  await breakLookupKey('poison', 'length(lookup_key) * 2000000000')
  const items = Array.from({ length: 20 }, (_, index) =>
    shared.body(index === 13 ? { lookup_key: 'poison' } : {}),
  )
  const result = await resultOf(await post(items))
  expect(result).toMatchObject({ created: 19, failed: 1 })
  expect(result.items[13]?.error).toEqual({ code: 'validation_error', message: 'A number is too large' })
})

test('what nobody expected of one item is, after some tries, its own error', async () => {
  await breakLookupKey('bug', '1 / (length(lookup_key) - 3)')
  const items = Array.from({ length: 5 }, (_, index) => shared.body(index === 2 ? { lookup_key: 'bug' } : {}))
  const result = await resultOf(await post(items))
  expect(result).toMatchObject({ created: 4, failed: 1 })
  expect(result.items[2]?.error).toEqual({ code: 'internal_error', message: 'Internal error' })
}, 30_000)

test('items with one key are one subscription, and another request with it is refused', async () => {
  const one = { ...shared.body(), idempotency_key: 'item' }
  const other = { ...shared.body({ trial_period_days: 1 }), idempotency_key: 'item' }
  const result = await resultOf(await post([one, one, other]))
  const { items } = result
  expect(result).toMatchObject({ created: 1, replayed: 1, failed: 1 })
  expect(items.map(({ replayed }) => replayed)).toEqual([undefined, true, undefined])
  expect(items[0]?.subscription_id).toBe(items[1]?.subscription_id)
  expect(items[2]?.error?.code).toBe('already_exists')
  expect(await resultOf(await post([one]))).toMatchObject({ created: 0, replayed: 1, failed: 0 })
  expect(await countSubscriptions()).toBe(1)
})

test('an item may have the key of its list', async () => {
  const items = [{ ...shared.body(), idempotency_key: 'both' }]
  expect(await resultOf(await post(items, { 'idempotency-key': 'both' }))).toMatchObject({ created: 1 })
})

test('equal lists with one key at once are all answered with the one', async () => {
  const headers = { 'idempotency-key': 'at-once' }
  const answers = await Promise.all(Array.from({ length: 8 }, () => post([shared.body()], headers)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
})

test('the list posted twice with one key is one list; another list with it is a 409', async () => {
  const headers = { 'idempotency-key': 'list' }
  const items = [shared.body(), shared.body()]
  const [first, second] = await Promise.all([post(items, headers), post(items, headers)])
  const started = [first, second, await post(items, headers)]
  const results = await Promise.all(started.map(resultOf))
  expect(new Set(results.map(({ batch_id }) => batch_id)).size).toBe(1)
  expect(await countSubscriptions()).toBe(2)
  expect((await post(items, headers)).body).toEqual(started[0]?.body)
  expect(await post([shared.body()], headers)).toMatchObject({
    status: 409,
    body: { code: 'already_exists', details: { fields: { 'Idempotency-Key': expect.any(String) } } },
  })
})

test('400 for 1,001 items, and for none', async () => {
  const tooMany = await post(Array.from({ length: 1_001 }, () => shared.body()))
  expect(tooMany).toMatchObject({ status: 400, body: { details: { fields: { items: expect.any(String) } } } })
  expect((await post([])).status).toBe(400)
})

function post(items: readonly object[], headers = {}) {
  return caller.call('POST', '/subscriptions/bulk', { items }, headers)
}

async function resultOf(answer: Awaited<ReturnType<typeof post>>) {
  expect(answer.status).toBe(202)
  const { workflow_id } = z.looseObject({ workflow_id: z.string() }).parse(answer.body)
  const task = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  expect(task).toMatchObject({ body: { status: 'Completed' } })
  const { result } = z.looseObject({ result: workflows['subscription-creation'].result }).parse(task.body)
  if (!('items' in result)) throw new Error('a list has the result of a list')
  return result
}

async function countSubscriptions(): Promise<number> {
  const subscriptions = await caller.scoped.db.selectFrom('subscriptions').select('id').execute()
  return subscriptions.length
}

/** As if a value had passed all schemas, and the database could not take it: for that key the sum fails. */
async function breakLookupKey(key: string, sum: string): Promise<void> {
  const owner = new pg.Client({ connectionString: gateway.database.ownerUrl })
  await owner.connect()
  try {
    await owner.query(`alter table subscriptions add constraint refused_${key}
      check (case when lookup_key = '${key}' then ${sum} > 0 else true end)`)
  } finally {
    await owner.end()
  }
}
