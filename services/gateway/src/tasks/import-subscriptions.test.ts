import { inTransaction } from '@flexprice/database/connection'
import { deleteSubscriptions } from '@flexprice/database/creation'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { idless, throughFile, throughPost } from '../testing/both-doors.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { withCreation } from '../testing/creation-under-test.ts'
import { type ImportsUnderTest, rejectedRows, startImports } from '../testing/imports-under-test.ts'
import { madeSubscriptions } from '../testing/made-subscriptions.ts'

let imports: ImportsUnderTest
beforeAll(async () => {
  const alone = await startImports(4)
  imports = { ...alone, gateway: await withCreation(alone.gateway) }
})
afterAll(() => imports.gateway[Symbol.asyncDispose]())

const subscriptions = { entity_type: 'SUBSCRIPTIONS' }
const ndjson = { ...subscriptions, file_type: 'NDJSON' }
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

/** Customers `c0` to `c49`, and a plan with a fee of 10 in advance. */
async function newWorld(): Promise<{ caller: Caller; planId: string; priceId: string }> {
  const caller = await imports.gateway.newCaller()
  const plan = await caller.create('/plans', { name: 'Pro', lookup_key: 'pro' })
  const fee = { start_date: '2020-01-01T00:00:00Z', amount: '10' }
  const { id: priceId } = await caller.create('/prices', priceBody(plan.id, fee))
  const customers = Array.from({ length: 50 }, (_, index) => ({ external_id: `c${index}`, name: 'C' }))
  await imports.importFile(caller, lines(customers), { entity_type: 'CUSTOMERS', file_type: 'NDJSON' })
  return { caller, planId: plan.id, priceId }
}

const start = '2026-01-15T00:00:00Z'

/** As they are sent and as they stand in a file, good and bad. */
function bodies({ planId, priceId }: { planId: string; priceId: string }): readonly object[] {
  const body = (customer: string, changes: object = {}) => ({
    external_customer_id: customer,
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: start,
    ...changes,
  })
  return [
    body('c0', { lookup_key: 'a', metadata: { team: 'x' } }),
    body('c1', { override_line_items: [{ price_id: priceId, quantity: '3', amount: '2.5' }] }),
    body('c2', { trial_period_days: 7, timezone: 'Europe/Rome', end_date: '2027-01-15T00:00:00Z' }),
    body('c3', { bill_from: '2026-06-15T00:00:00Z' }),
    body('c4', { subscription_status: 'draft' }),
    body('c5', { billing_cycle: 'calendar', start_date: '2026-01-01T00:00:00Z' }),
    body('c6', { bill_from: '2026-06-16T00:00:00Z' }),
    body('c6', { bill_from: '2026-06-15T00:00:00Z', trial_period_days: 3 }),
    body('nobody'),
    body('c6', { customer_id: 'cust_none' }),
    body('c6', { customer_id: priceId }),
    body('c6', { plan_id: 'plan_none' }),
    body('c6', { plan_id: priceId }),
    body('c6', { currency: 'eur' }),
    body('c6', { currency: 'zzz' }),
    body('c6', { billing_period: 'ONETIME' }),
    body('c6', { billing_period_count: 0.5 }),
    body('c6', { billing_period_count: '2' }),
    body('c6', { start_date: '15.01.2026' }),
    body('c6', { start_date: '2026-01-15' }),
    body('c6', { start_date: '01/15/2026' }),
    body('c6', { end_date: '2026-01-01T00:00:00Z' }),
    body('c6', { timezone: 'Europe/Atlantis' }),
    body('c6', { coupons: ['x'] }),
    body('c6', { override_line_items: [{ price_id: priceId, amount: '1,5' }] }),
    body('c6', {
      override_line_items: [{ price_id: priceId, amount: '9'.repeat(20), quantity: '9'.repeat(20) }],
    }),
    body('c6', { override_line_items: [{ price_id: 'price_none', amount: '1' }] }),
    body('c6', { include_price_ids: ['price_none'] }),
    body('c6', { colour: 'red' }),
    body('c6', { lookup_key: 'NUL\u0000' }),
    {},
  ]
}

test('each subscription is made with its lines and its invoice, or refused for the same fields and reasons, as through POST', async () => {
  const [direct, byFile] = [await newWorld(), await newWorld()]
  const texts = (world: typeof direct) => bodies(world).map((body) => JSON.stringify(body))
  const refused = await throughPost(imports, direct.caller, '/subscriptions', texts(direct))
  const told = await throughFile(imports, byFile.caller, 'SUBSCRIPTIONS', texts(byFile))
  expect(idless(told)).toEqual(idless(refused))
  expect(refused.size).toBe(bodies(direct).length - 6)
  const [one, other] = [await madeSubscriptions(direct.caller), await madeSubscriptions(byFile.caller)]
  expect(one).toHaveLength(6)
  expect(other).toEqual(one)
  const numbers = await byFile.caller.scoped.db
    .selectFrom('invoices')
    .select('invoice_number')
    .where('invoice_number', 'is not', null)
    .execute()
  expect(numbers.map(({ invoice_number }) => Number(invoice_number?.slice(-6))).toSorted()).toEqual(
    numbers.map((_, index) => index + 1),
  )
})

test('one with a lookup key is made once: twice in a file, by its file again, by two imports at once, and after its POST', async () => {
  const { caller, planId } = await newWorld()
  const row = (index: number, changes: object = {}) => ({
    external_customer_id: `c${index}`,
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: start,
    lookup_key: `s${index}`,
    ...changes,
  })
  const { id } = await caller.create('/subscriptions', row(0))
  const file = [row(0), row(1), row(1), row(1, { metadata: { other: 'x' } }), row(2), row(3), row(2)]
  const first = await imports.importFile(caller, lines(file), ndjson)
  expect(first).toMatchObject({ created_records: 3, duplicate_records: 3, failed_records: 1 })
  const again = await imports.importFile(caller, lines(file), ndjson)
  expect(again).toMatchObject({ created_records: 0, duplicate_records: 6, failed_records: 1 })
  const other = await imports.importFile(
    caller,
    lines([row(0, { start_date: '2026-02-15T00:00:00Z' }), row(9)]),
    ndjson,
  )
  expect(await rejectedRows(imports.gateway, caller, other.id)).toEqual([
    expect.stringMatching(
      new RegExp(`^1,lookup_key,"is that of subscription ${id}, which was asked for otherwise`),
    ),
  ])
  const many = Array.from({ length: 30 }, (_, index) => row(10 + index))
  const both = await Promise.all(
    [many, many.toReversed()].map((some) => imports.importFile(caller, lines(some), ndjson)),
  )
  expect(both.map(({ successful_records }) => successful_records)).toEqual([30, 30])
  const keys = (await madeSubscriptions(caller)).map(({ lookup_key }) => lookup_key)
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted())
  expect(keys).toHaveLength(4 + 1 + 30)
  const elsewhere = await newWorld()
  const there = file.map((one) => ({ ...one, plan_id: elsewhere.planId }))
  expect(await imports.importFile(elsewhere.caller, lines(there), ndjson)).toMatchObject({
    created_records: 4,
  })
})

test('CSV: the plan by its key, bill_from, nested JSON, metadata by column; unknown columns are told, and a dry run makes none', async () => {
  const { caller, priceId } = await newWorld()
  const file = [
    'Lookup Key;External Customer ID;plan_lookup_key;Currency;BillingPeriod;billing_period_count;start_date;bill_from;override_line_items;metadata.team;memo',
    `s1;c1;pro;usd;MONTHLY;1;2025-03-01T00:00:00Z;2026-07-01T00:00:00Z;"[{""price_id"":""${priceId}"",""quantity"":2}]";north;x`,
    's2;c2;pro;usd;MONTHLY;1,5;2026-03-01T00:00:00Z;;;;',
    's3;c3;basic;usd;MONTHLY;;2026-03-01T00:00:00Z;;;;',
    's4;c4;pro;usd;MONTHLY;;01.03.2026;;;;',
    's5;c5;pro;usd;MONTHLY;;2026-03-01T00:00:00Z;;[{;;',
  ].join('\r\n')
  const dry = await imports.importFile(caller, file, { ...subscriptions, dry_run: true })
  expect(dry).toMatchObject({ created_records: 1, failed_records: 4 })
  expect(await madeSubscriptions(caller)).toEqual([])
  const task = await imports.importFile(caller, file, { ...subscriptions, track_progress: true })
  expect(task).toMatchObject({ created_records: 1, failed_records: 4, unknown_columns: ['memo'] })
  expect(await rejectedRows(imports.gateway, caller, task.id)).toEqual([
    expect.stringMatching(/^3,billing_period_count,"must be a number, with a point and no comma",/),
    expect.stringMatching(/^4,plan_lookup_key,does not exist,/),
    expect.stringMatching(/^5,start_date,"must be an RFC 3339 instant/),
    expect.stringMatching(/^6,override_line_items,"is not JSON/),
  ])
  expect(await madeSubscriptions(caller)).toMatchObject([
    {
      customer: 'c1',
      lookup_key: 's1',
      metadata: { team: 'north' },
      bill_from: new Date('2026-07-01T00:00:00Z'),
      lines: [[expect.stringMatching(/^2(\.0*)?$/), expect.any(Date), null]],
      invoices: [
        [
          'FINALIZED',
          expect.stringMatching(/^20(\.0*)?$/),
          new Date('2026-07-01T00:00:00Z'),
          expect.any(Date),
          'SUBSCRIPTION_CREATE',
        ],
      ],
    },
  ])
})

test('what an import has made is taken back as if it had never been, but for what has an invoice, which is named', async () => {
  const { caller, planId } = await newWorld()
  const row = (index: number, start_date: string) => ({
    external_customer_id: `c${index}`,
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date,
    lookup_key: `s${index}`,
  })
  const ahead = '2999-01-01T00:00:00Z'
  const file = lines([row(1, start), row(2, ahead)])
  const { id: taskId } = await imports.importFile(caller, file, ndjson)
  const noted = await caller.scoped.db
    .selectFrom('import_records')
    .select('record_id')
    .where('task_id', '=', taskId)
    .execute()
  const ids = noted.map(({ record_id: id }) => id)
  const { deleted, refused } = await inTransaction(caller.scoped, (transaction) =>
    deleteSubscriptions(transaction, ids, new Date()),
  )
  expect([deleted, [...refused.keys()]]).toEqual([[ids[1]], [ids[0]]])
  expect(refused.get(ids[0] ?? '')?.message).toMatch(/ has invoice inv_/)
  expect((await madeSubscriptions(caller)).map(({ lookup_key }) => lookup_key)).toEqual(['s1'])
  expect(await caller.call('GET', `/subscriptions/${ids[1]}`)).toMatchObject({ status: 404 })
  const corrected = lines([row(1, start), row(2, '2998-01-01T00:00:00Z')])
  expect(await imports.importFile(caller, corrected, ndjson)).toMatchObject({
    created_records: 1,
    duplicate_records: 1,
  })
})
