import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { problemsOf } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addOneOff, stated } from '../testing/one-off.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let customerId: string
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await newClockedCaller(gateway, '2026-11-29T12:00:00Z')
  customerId = (await caller.create('/customers', { external_id: 'ada', name: 'Ada' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

const later = { due_date: '2027-01-15T00:00:00.000Z' }
const notes = { metadata: { note: 'called' } }
const nothing = { line_items: [{ amount: '0', quantity: '1' }], ...stated('0') }

/** An invoice in each state that one can be in. */
const states: Readonly<Record<string, () => Promise<string>>> = {
  'a draft': async () => (await addOneOff(caller, customerId, { invoice_status: 'DRAFT' })).id,
  'an unpaid one': async () => (await addOneOff(caller, customerId)).id,
  async 'a paid one'() {
    const { id } = await addOneOff(caller, customerId)
    // As payments will do it.
    const paid = { amount_paid: '30.01', payment_status: 'SUCCEEDED' } as const
    await caller.scoped.db.updateTable('invoices').set(paid).where('id', '=', id).execute()
    return id
  },
  async 'a voided one'() {
    const { id } = await addOneOff(caller, customerId)
    await caller.call('POST', `/invoices/${id}/void`)
    return id
  },
  'a skipped one': async () => (await addOneOff(caller, customerId, nothing)).id,
  'a subscription’s draft': draftOfSubscription,
}

async function draftOfSubscription(): Promise<string> {
  const { id } = await addCharged(caller)
  const body = { subscription_ids: [id], create_drafts: true }
  const { workflow_id } = z
    .looseObject({ workflow_id: z.string() })
    .parse((await caller.call('POST', '/calculations', body)).body)
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const search = { subscription_id: id, invoice_status: ['DRAFT'] }
  const found = await caller.call('POST', '/invoices/search', search)
  return z.object({ items: z.tuple([z.object({ id: z.string() })]) }).parse(found.body).items[0].id
}

test.each<[string, { notes: boolean; due: boolean }]>([
  ['a draft', { notes: true, due: true }],
  ['an unpaid one', { notes: true, due: true }],
  ['a paid one', { notes: true, due: false }],
  ['a voided one', { notes: false, due: false }],
  ['a skipped one', { notes: false, due: false }],
  ['a subscription’s draft', { notes: true, due: false }],
])('updateInvoice of %s changes what may change in that state, and else nothing', async (state, may) => {
  const id = (await states[state]?.()) ?? ''
  const path = `/invoices/${id}`
  const before = z.looseObject({ version: z.int() }).parse((await caller.call('GET', path)).body)
  expect((await caller.call('PUT', path, {})).body).toEqual(before)
  for (const [change, allowed, field] of [
    [notes, may.notes, 'metadata'],
    [later, may.due, 'due_date'],
  ] as const) {
    const answer = await caller.call('PUT', path, change)
    if (allowed) {
      expect(answer).toMatchObject({ status: 200, body: change })
    } else {
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_operation' } })
      expect(Object.keys(problemsOf(answer))).toEqual([field])
    }
  }
  const both = await caller.call('PUT', path, { ...later, ...notes })
  expect(both.status).toBe(may.notes && may.due ? 200 : 400)
  const after = z.looseObject({ version: z.int() }).parse((await caller.call('GET', path)).body)
  const changes = { ...(may.notes && notes), ...(may.due && later) }
  const count = Number(may.notes) + Number(may.due) + Number(may.notes && may.due)
  expect(after).toEqual({
    ...before,
    ...changes,
    version: before.version + count,
    updated_at: expect.any(String),
  })
})

test.each<[string, object, string]>([
  ['an amount', { amount_due: '1' }, 'amount_due'],
  ['a sum', { total: '1' }, 'total'],
  ['lines', { line_items: [] }, 'line_items'],
  ['a state', { invoice_status: 'FINALIZED' }, 'invoice_status'],
  ['a due date before its issue', { due_date: '2026-11-29T11:00:00Z' }, 'due_date'],
  ['a due date without a zone', { due_date: '2027-01-01' }, 'due_date'],
  ['no due date', { due_date: null }, 'due_date'],
  ['a discount', { apply_discount: true }, 'apply_discount'],
  ['a PDF of its own', { invoice_pdf_url: 'https://example.com/a.pdf' }, 'invoice_pdf_url'],
])(
  'updateInvoice 400 that names the field for %s, of a draft, an unpaid and a paid one',
  async (_what, body, field) => {
    for (const state of ['a draft', 'an unpaid one', 'a paid one']) {
      const path = `/invoices/${await states[state]?.()}`
      const before = (await caller.call('GET', path)).body
      const answer = await caller.call('PUT', path, body)
      expect(answer, state).toMatchObject({ status: 400 })
      expect(Object.keys(problemsOf(answer))).toEqual([field])
      expect((await caller.call('GET', path)).body).toEqual(before)
    }
  },
)

test('updateInvoice 404 for another tenant’s and another kind', async () => {
  const { id } = await addOneOff(caller, customerId)
  expect(await (await gateway.newCaller()).call('PUT', `/invoices/${id}`, notes)).toMatchObject({
    status: 404,
  })
  expect(await caller.call('PUT', `/invoices/${customerId}`, notes)).toMatchObject({ status: 404 })
})

test('updateInvoice under a key is done once', async () => {
  const { id, version } = await addOneOff(caller, customerId)
  const put = () => caller.call('PUT', `/invoices/${id}`, notes, { 'Idempotency-Key': 'put-1' })
  const answers = await Promise.all([put(), put()])
  for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { version: version + 1 } })
})
