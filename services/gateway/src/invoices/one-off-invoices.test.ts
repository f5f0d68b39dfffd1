import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import { makeSubscribable, startGatewayWithCreation } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addOneOff, oneOffBody, oneOffsOf, stated } from '../testing/one-off.ts'

const now = '2026-11-29T12:00:00Z'
const number = (json: string) => JSON.rawJSON(json)

let gateway: GatewayUnderTest
let caller: Caller
let customerId: string
let subscriptionId: string
beforeAll(async () => {
  gateway = await startGatewayWithCreation()
  caller = await newClockedCaller(gateway, now)
  const { body, ...made } = await makeSubscribable(caller)
  customerId = made.customerId
  subscriptionId = (await caller.create('/subscriptions', body({ start_date: '2026-11-01T00:00:00Z' }))).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('createInvoice 201 finalized at once, with what was stated, as every door shows it', async () => {
  const made = await addOneOff(caller, customerId, {
    description: 'Onboarding',
    metadata: { order: '7' },
    due_date: '2026-12-15T00:00:00Z',
    ...{ period_start: '2026-11-01T00:00:00Z', period_end: '2026-11-29T00:00:00Z' },
  })
  expect(made).toMatchObject({
    ...{ customer_id: customerId, invoice_type: 'ONE_OFF', billing_reason: 'MANUAL', currency: 'usd' },
    ...{ invoice_status: 'FINALIZED', payment_status: 'PENDING', overdue: false },
    invoice_number: expect.stringMatching(/^INV-202611-\d{6}$/),
    ...stated('30.01'),
    ...{ amount_paid: '0', amount_remaining: '30.01', total_discount: '0', total_tax: '0' },
    ...{ description: 'Onboarding', metadata: { order: '7' } },
    ...{ issue_date: '2026-11-29T12:00:00.000Z', finalized_at: '2026-11-29T12:00:00.000Z' },
    ...{ due_date: '2026-12-15T00:00:00.000Z', period_end: '2026-11-29T00:00:00.000Z' },
    line_items: [
      { display_name: 'Setup', quantity: '1', amount: '10', price_type: 'FIXED', currency: 'usd' },
      { display_name: 'Hours', quantity: '2.5', amount: '20.01', period_start: '2026-11-01T00:00:00.000Z' },
    ],
  })
  expect(made).not.toHaveProperty('idempotency_key')
  expect((await caller.call('GET', `/invoices/${made.id}`)).body).toEqual(made)
  const search = await caller.call('POST', '/invoices/search', { invoice_ids: [made.id] })
  expect(search.body).toMatchObject({ items: [made] })
})

test('createInvoice 201 as a draft without a number, and one of nothing is skipped', async () => {
  const draft = await addOneOff(caller, customerId, { invoice_status: 'DRAFT' })
  expect(draft).toMatchObject({ invoice_status: 'DRAFT', payment_status: 'PENDING', overdue: false })
  for (const field of ['invoice_number', 'issue_date', 'finalized_at'])
    expect(draft).not.toHaveProperty(field)
  const nothing = { line_items: [{ amount: '0', quantity: '1' }], ...stated('0') }
  expect(await addOneOff(caller, customerId, nothing)).toMatchObject({ invoice_status: 'SKIPPED' })
})

test('createInvoice 201 with amounts in each notation, of any digits that the currency has', async () => {
  for (const [currency, amounts, sum] of [
    ['USD', [number('1e1'), ' +20.010 '], number('3001e-2')],
    ['jpy', ['1000.00', number('0.5e1')], '1005'],
    ['KWD', ['0.001'], '0.001'],
    ['usd', ['99999999999999999999.99'], '99999999999999999999.99'],
  ] as const) {
    const line_items = amounts.map((amount) => ({ amount, quantity: number('5e-05') }))
    const made = await addOneOff(caller, customerId, { currency, line_items, ...stated(sum) })
    expect(made).toMatchObject({
      currency: currency.toLowerCase(),
      line_items: [{ quantity: '0.00005' }, {}].slice(0, amounts.length),
    })
  }
})

test('createInvoice 201 about a subscription is counted and found with its invoices', async () => {
  const before = await caller.call('POST', '/invoices/search', { subscription_id: subscriptionId })
  expect(before.body).toMatchObject({ items: [{ billing_sequence: 1 }] })
  const made = await addOneOff(caller, customerId, { subscription_id: subscriptionId })
  expect(made).toMatchObject({ subscription_id: subscriptionId, billing_sequence: 2 })
  const after = await caller.call('POST', '/invoices/search', { subscription_id: subscriptionId })
  expect(after.body).toMatchObject({ items: [{ id: made.id }, { billing_sequence: 1 }] })
})

const line = { amount: '10', quantity: '1' }
const ten = { line_items: [line], ...stated('10') }
const many = Array.from({ length: 10_000 }, () => ({ amount: '0', quantity: '1' }))

// tidy: long because it is a table: each bad request with the fields that its refusal names.
test.each<[string, object, string[]]>([
  ['a subtotal that does not add up', { ...ten, subtotal: '9.99' }, ['subtotal']],
  ['a total that does not add up', { ...ten, total: '10.01' }, ['total']],
  ['an amount due that does not add up', { ...ten, amount_due: '0' }, ['amount_due']],
  ['sums of its own', { ...ten, ...stated('11') }, ['amount_due', 'subtotal', 'total']],
  [
    'a negative line',
    { line_items: [line, { ...line, amount: '-1' }], ...stated('9') },
    ['line_items[1].amount'],
  ],
  [
    'a part of a cent',
    { line_items: [{ ...line, amount: '10.001' }], ...stated('10') },
    ['line_items[0].amount'],
  ],
  [
    'a part of a yen',
    { ...ten, currency: 'jpy', line_items: [{ ...line, amount: '9.5' }] },
    ['line_items[0].amount'],
  ],
  ['a negative quantity', { ...ten, line_items: [{ ...line, quantity: '-1' }] }, ['line_items[0].quantity']],
  ['a huge amount', { ...ten, line_items: [{ ...line, amount: number('1e20') }] }, ['line_items[0].amount']],
  ['a tiny amount', { ...ten, line_items: [{ ...line, amount: '1e-19' }] }, ['line_items[0].amount']],
  ['a sum that cannot be stored', { ...ten, subtotal: '1e400' }, ['subtotal']],
  ['an unknown currency', { ...ten, currency: 'zzz' }, ['currency']],
  ['a long currency', { ...ten, currency: 'euro' }, ['currency']],
  ['no lines', { line_items: [], ...stated('0') }, ['line_items']],
  ['sums alone', { line_items: undefined }, ['line_items']],
  ['10,000 lines', { line_items: many, ...stated('0') }, ['line_items']],
  ['a line without an amount', { ...ten, line_items: [{ quantity: '1' }] }, ['line_items[0].amount']],
  ['a due date before its issue', { due_date: '2026-11-29T11:59:59Z' }, ['due_date']],
  [
    'a due date before the stated issue',
    { issue_date: '2026-12-02T00:00:00Z', due_date: '2026-12-01T00:00:00Z' },
    ['due_date'],
  ],
  ['a due date without a zone', { due_date: '2026-12-01' }, ['due_date']],
  ['a period that ends first', { period_start: now, period_end: '2026-11-01T00:00:00Z' }, ['period_end']],
  ['half a period', { period_end: now }, ['period_start']],
  [
    'a line’s period that ends first',
    { ...ten, line_items: [{ ...line, period_start: now, period_end: '2026-11-01T00:00:00Z' }] },
    ['line_items[0].period_end'],
  ],
  ['a key that no header could carry', { idempotency_key: ' a ' }, ['idempotency_key']],
  ['another currency than its subscription', { currency: 'eur', about: true }, ['currency']],
])('createInvoice 400 that names the field for %s', async (_what, changes, paths) => {
  const { about, ...fields }: { about?: boolean } = changes
  const before = await oneOffsOf(caller)
  const body = oneOffBody(customerId, { ...fields, ...(about && { subscription_id: subscriptionId }) })
  const answer = await caller.call('POST', '/invoices', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer)).toSorted()).toEqual(paths)
  expect(await oneOffsOf(caller)).toBe(before)
})

test.each<[object, string]>([
  [{ amount_paid: '1' }, 'amount_paid'],
  [{ payment_status: 'SUCCEEDED' }, 'payment_status'],
  [{ invoice_status: 'VOIDED' }, 'invoice_status'],
  [{ invoice_type: 'CREDIT' }, 'invoice_type'],
  [{ billing_reason: 'PRORATION' }, 'billing_reason'],
  [{ invoice_number: 'MINE-1' }, 'invoice_number'],
  [{ coupons: ['coupon_1'] }, 'coupons'],
  [{ tax_rates: ['tax_1'] }, 'tax_rates'],
  [{ total_prepaid_applied: '1' }, 'total_prepaid_applied'],
  [{ checkout: { payment_provider: 'stripe' } }, 'checkout'],
  [{ ...ten, line_items: [{ ...line, price_id: 'price_1' }] }, 'line_items[0].price_id'],
  [{ ...ten, line_items: [{ ...line, line_item_discount: '1' }] }, 'line_items[0].line_item_discount'],
])('createInvoice 400 not_implemented that names what is not built in %j', async (changes, path) => {
  const answer = await caller.call('POST', '/invoices', oneOffBody(customerId, changes))
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('createInvoice 201 where what is not built is empty or says what we do', async () => {
  const defaults = {
    ...{ amount_paid: '0', payment_status: 'PENDING', invoice_type: 'ONE_OFF', billing_reason: 'MANUAL' },
    ...{
      coupons: [],
      tax_rates: [],
      total_prepaid_applied: '0.00',
      force_sync_invoice: false,
      invoice_number: '',
    },
    ...{ ...ten, line_items: [{ ...line, price_type: 'FIXED', line_item_discount: '0', price_id: '' }] },
  }
  expect(await addOneOff(caller, customerId, defaults)).toMatchObject({
    total: '10',
    payment_status: 'PENDING',
  })
})

test('404 that names who is another’s, deleted or of another kind; 400 for a subscription of another customer', async () => {
  const stranger = await gateway.newCaller()
  const theirs = (await stranger.create('/customers', { external_id: 'theirs', name: 'Eve' })).id
  const other = (await caller.create('/customers', { external_id: 'other', name: 'Bea' })).id
  const gone = (await caller.create('/customers', { external_id: 'gone', name: 'Cleo' })).id
  expect(await caller.call('DELETE', `/customers/${gone}`)).toMatchObject({ status: 204 })
  for (const id of [theirs, gone, 'cust_none', subscriptionId]) {
    const answer = await caller.call('POST', '/invoices', oneOffBody(id))
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(Object.keys(problemsOf(answer))).toEqual(['customer_id'])
  }
  for (const [who, of, subscription_id, status] of [
    [stranger, theirs, subscriptionId, 404],
    [caller, customerId, 'subs_none', 404],
    [caller, other, subscriptionId, 400],
  ] as const) {
    const answer = await who.call('POST', '/invoices', oneOffBody(of, { subscription_id }))
    expect(answer).toMatchObject({ status })
    expect(Object.keys(problemsOf(answer))).toEqual(['subscription_id'])
  }
  expect(await oneOffsOf(stranger)).toBe(0)
})

test('numbers of one-offs and of subscriptions have no gaps between them', async () => {
  const { items } = z
    .object({ items: z.array(z.looseObject({ invoice_number: z.string().optional() })) })
    .parse((await caller.call('POST', '/invoices/search', { limit: 1_000 })).body)
  const numbers = items.flatMap(({ invoice_number }) => invoice_number?.slice(-6) ?? []).toSorted()
  expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(6, '0')))
})
