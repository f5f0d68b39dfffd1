import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { makeSubscribable } from '../testing/creation-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addOneOff, type OneOff, oneOffOf, stated } from '../testing/one-off.ts'

const start = '2026-11-29T12:00:00.000Z'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let customerId: string
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, start)
  customerId = (await caller.create('/customers', { external_id: 'ada', name: 'Ada' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function read(id: string): Promise<OneOff> {
  return oneOffOf(await caller.call('GET', `/invoices/${id}`))
}

const explained = z.object({
  invoice_status: z.string(),
  payment_status: z.string(),
  history: z.array(
    z.object({
      ...{ field: z.string(), from: z.string().optional(), to: z.string(), reason: z.string().optional() },
      ...{ changed_at: z.string(), changed_by: z.string() },
    }),
  ),
  lines: z.array(z.looseObject({ amount: z.string(), explanation: z.looseObject({}) })),
})

/** Its history, shortly. */
async function historyOf(id: string): Promise<string[]> {
  const answer = await caller.call('GET', `/invoices/${id}/explain`)
  expect(answer).toMatchObject({ status: 200 })
  return explained
    .parse(answer.body)
    .history.map(({ from, to, changed_at }) => `${from ?? '-'} ${to} ${changed_at.slice(0, 10)}`)
}

async function statusOf(who: Caller, path: string): Promise<number> {
  return (await who.call('POST', path)).status
}

test('a draft is finalized as it was stated, once, by the clock of then, and voided with its number', async () => {
  const due_date = '2026-12-31T00:00:00.000Z'
  const { id } = await addOneOff(caller, customerId, { invoice_status: 'DRAFT', due_date })
  await caller.moveClock('2026-12-02T00:00:00Z')
  const path = `/invoices/${id}`
  expect(await Promise.all([1, 2].map(() => statusOf(caller, `${path}/finalize`)))).toEqual([200, 200])
  const closed = await read(id)
  expect(closed).toMatchObject({
    ...{ invoice_status: 'FINALIZED', payment_status: 'PENDING', due_date, ...stated('30.01') },
    ...{ invoice_number: 'INV-202612-000001', issue_date: '2026-12-02T00:00:00.000Z' },
  })
  await caller.moveClock('2026-12-03T00:00:00Z')
  expect(await statusOf(caller, `${path}/void`)).toBe(200)
  expect(await read(id)).toMatchObject({
    ...{ invoice_status: 'VOIDED', payment_status: 'VOIDED', invoice_number: closed.invoice_number },
  })
  expect(await historyOf(id)).toEqual([
    '- DRAFT 2026-11-29',
    'DRAFT FINALIZED 2026-12-02',
    'FINALIZED VOIDED 2026-12-03',
    'PENDING VOIDED 2026-12-03',
  ])
  expect(await statusOf(await gateway.newCaller(), `${path}/finalize`)).toBe(404)
})

test('its explanation has what the request stated, and who changed what', async () => {
  const { id } = await addOneOff(caller, customerId)
  const { body } = await caller.call('GET', `/invoices/${id}/explain`)
  const { history, lines, ...states } = explained.parse(body)
  expect(states).toEqual({ invoice_status: 'FINALIZED', payment_status: 'PENDING' })
  expect(lines.map(({ amount, explanation }) => [amount, explanation])).toEqual([
    ['10', { currency: 'usd', stated: { amount: '10', quantity: '1' } }],
    ['20.01', { currency: 'usd', stated: { amount: '20.01', quantity: '2.5' } }],
  ])
  const { userId: changed_by } = caller.scoped.scope
  expect(history).toEqual([
    { field: 'invoice_status', to: 'DRAFT', changed_at: start, changed_by },
    {
      ...{ field: 'invoice_status', from: 'DRAFT', to: 'FINALIZED' },
      ...{ reason: 'finalized', changed_at: start, changed_by },
    },
  ])
  const nothing = { line_items: [{ amount: '0', quantity: '1' }], ...stated('0') }
  expect(await historyOf((await addOneOff(caller, customerId, nothing)).id)).toEqual([
    '- DRAFT 2026-11-29',
    'DRAFT SKIPPED 2026-11-29',
    'PENDING SUCCEEDED 2026-11-29',
  ])
})

test('400 where it would be rated or made anew, with what to do instead', async () => {
  const { id: draft } = await addOneOff(caller, customerId, { invoice_status: 'DRAFT' })
  const { id: voided } = await addOneOff(caller, customerId)
  await caller.call('POST', `/invoices/${voided}/void`)
  for (const [path, instead] of [
    [`${draft}/recalculate-v2`, 'finalize closes it'],
    [`${draft}/recalculate-v2?finalize=false`, 'finalize closes it'],
    [`${draft}/recalculate`, 'POST /invoices makes another'],
    [`${voided}/recalculate`, 'POST /invoices makes another'],
    [`${voided}/finalize`, 'is VOIDED'],
  ]) {
    const answer = await caller.call('POST', `/invoices/${path}`)
    expect(answer, path).toMatchObject({
      status: 400,
      body: { code: 'invalid_operation', message: expect.stringContaining(String(instead)) },
    })
  }
  expect(await caller.call('POST', '/invoices/preview', { subscription_id: draft })).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('is the id of an invoice') },
  })
})

test('a draft that would be overdue at its first sight is not finalized until it is due later', async () => {
  const due_date = '2026-12-01T00:00:00.000Z'
  const { id } = await addOneOff(caller, customerId, { invoice_status: 'DRAFT', due_date })
  await caller.moveClock('2026-12-02T00:00:00Z')
  const refused = await caller.call('POST', `/invoices/${id}/finalize`)
  expect(refused).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(refused))).toEqual(['due_date'])
  expect(await read(id)).toMatchObject({ invoice_status: 'DRAFT', overdue: false })
  const later = { due_date: '2026-12-09T00:00:00.000Z' }
  expect(await caller.call('PUT', `/invoices/${id}`, later)).toMatchObject({ status: 200, body: later })
  expect(await statusOf(caller, `/invoices/${id}/finalize`)).toBe(200)
  expect(await read(id)).toMatchObject({ invoice_status: 'FINALIZED', ...later })
})

test('overdue is one figure in answers, searches and the summary, by the environment’s clock alone', async () => {
  const due_date = '2026-12-15T00:00:00.000Z'
  const { id: late } = await addOneOff(caller, customerId, { due_date })
  const { id: draft } = await addOneOff(caller, customerId, { due_date, invoice_status: 'DRAFT' })
  const { id: voided } = await addOneOff(caller, customerId, { due_date })
  await caller.call('POST', `/invoices/${voided}/void`)
  const { id: never } = await addOneOff(caller, customerId)
  const others = [draft, voided, never]
  for (const [at, overdue] of [
    [due_date, false],
    ['2026-12-15T00:00:00.001Z', true],
  ] as const) {
    await caller.moveClock(at)
    expect([
      (await read(late)).overdue,
      ...(await Promise.all(others.map(read))).map((one) => one.overdue),
    ]).toEqual([overdue, ...[false, false, false]])
    const found = async (filter: object) => {
      const { body } = await caller.call('POST', '/invoices/search', { customer_id: customerId, ...filter })
      const { items } = z
        .object({ items: z.array(z.looseObject({ id: z.string(), overdue: z.boolean() })) })
        .parse(body)
      return items.map((one) => [one.id, one.overdue]).toSorted()
    }
    const all = [[late, overdue], ...others.map((id) => [id, false])]
    expect(await found({})).toEqual(all.toSorted())
    expect(await found({ overdue: true })).toEqual(all.filter(([, is]) => is))
    expect(await found({ overdue: false })).toEqual(all.filter(([, is]) => !is).toSorted())
    const summary = await caller.call('GET', `/customers/${customerId}/invoices/summary`)
    expect(summary.body).toMatchObject({
      summaries: [
        {
          ...{ total_invoice_count: 2, unpaid_invoice_count: 2, total_unpaid_amount: '60.02' },
          ...{ overdue_invoice_count: overdue ? 1 : 0, total_overdue_amount: overdue ? '30.01' : '0' },
          ...{ unpaid_fixed_charges: '60.02', unpaid_usage_charges: '0' },
        },
      ],
    })
  }
  const postponed = { due_date: '2027-01-01T00:00:00.000Z' }
  expect(await caller.call('PUT', `/invoices/${late}`, postponed)).toMatchObject({
    body: { ...postponed, overdue: false, invoice_status: 'FINALIZED' },
  })
})

test('the newest invoice of a subscription says that it is overdue, wherever the subscription is read', async () => {
  const { planId, body, ...of } = await makeSubscribable(caller)
  const { id } = await caller.create('/subscriptions', body())
  const due_date = '2026-12-01T00:00:00Z'
  const made = await addOneOff(caller, of.customerId, { subscription_id: id, due_date })
  for (const [at, overdue] of [
    [start, false],
    ['2026-12-02T00:00:00Z', true],
  ] as const) {
    await caller.moveClock(at)
    const latest_invoice = { id: made.id, overdue }
    expect(await caller.call('GET', `/subscriptions/${id}`)).toMatchObject({ body: { latest_invoice } })
    const search = { plan_id: planId, expand: 'latest_invoice' }
    expect(await caller.call('POST', '/subscriptions/search', search)).toMatchObject({
      body: { items: [{ latest_invoice }] },
    })
  }
})
