import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged, type ChargedSubscription } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** The draft of a period that has ended. */
async function addDraft(subscription: ChargedSubscription): Promise<string> {
  const body = { subscription_ids: [subscription.id], create_drafts: true }
  const { workflow_id, calculation_id } = z
    .object({ workflow_id: z.string(), calculation_id: z.string() })
    .parse((await caller.call('POST', '/calculations', body)).body)
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const items = await caller.call('GET', `/calculations/${calculation_id}/items`)
  return z.object({ items: z.tuple([z.object({ invoice_id: z.string() })]) }).parse(items.body).items[0]
    .invoice_id
}

async function addVoided(subscription: ChargedSubscription): Promise<string> {
  const id = await addDraft(subscription)
  expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 200 })
  expect(await caller.call('POST', `/invoices/${id}/void`)).toMatchObject({ status: 200 })
  return id
}

async function replace(id: string) {
  const answer = await caller.call('POST', `/invoices/${id}/recalculate`)
  expect(answer).toMatchObject({ status: 202, body: { workflow_id: expect.any(String) } })
  const { workflow_id } = z.object({ workflow_id: z.string() }).parse(answer.body)
  return (await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)).body
}

async function replacementOf(id: string): Promise<string> {
  const task = await replace(id)
  expect(task).toMatchObject({ status: 'Completed', result: { invoice_status: expect.any(String) } })
  return z.object({ result: z.object({ invoice_id: z.string() }) }).parse(task).result.invoice_id
}

test('a voided invoice gets a draft in its place, with the usage that came since; asked again it is the same', async () => {
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-02T00:00:00Z')
  const id = await addVoided(subscription)
  await subscription.use('2026-08-03T00:00:00Z')
  const replacement = await replacementOf(id)
  const { body: voided } = await caller.call('GET', `/invoices/${id}`)
  expect(voided).toMatchObject({
    invoice_status: 'VOIDED',
    total: '10.5',
    recalculated_invoice_id: replacement,
  })
  const { body: draft } = await caller.call('GET', `/invoices/${replacement}`)
  const { period_start, period_end, billing_reason } = z.looseObject({}).parse(voided)
  expect(draft).toMatchObject({
    invoice_status: 'DRAFT',
    total: '11',
    period_start,
    period_end,
    billing_reason,
  })
  expect(await replacementOf(id)).toBe(replacement)
  expect(await caller.call('POST', `/invoices/${replacement}/recalculate-v2`)).toMatchObject({
    status: 200,
    body: { invoice_status: 'FINALIZED', total: '11' },
  })
  expect(await replacementOf(id)).toBe(replacement)
  expect((await caller.call('GET', `/invoices/${id}`)).body).toEqual(voided)
})

test('two that ask at once get one, and a replacement that is voided gets its own', async () => {
  const subscription = await addCharged(caller)
  const id = await addVoided(subscription)
  const made = await Promise.all([replacementOf(id), replacementOf(id)])
  expect(new Set(made).size).toBe(1)
  expect(await caller.call('POST', `/invoices/${made[0]}/void`)).toMatchObject({ status: 200 })
  expect(await replacementOf(String(made[0]))).not.toBe(made[0])
  const search = await caller.call('POST', '/invoices/search', { subscription_id: subscription.id })
  const { items } = z
    .object({ items: z.array(z.looseObject({ invoice_status: z.string() })) })
    .parse(search.body)
  expect(items.map(({ invoice_status }) => invoice_status).toSorted()).toEqual([
    'DRAFT',
    'FINALIZED',
    'VOIDED',
    'VOIDED',
  ])
})

test('a draft of the period that is there already is the replacement', async () => {
  const subscription = await addCharged(caller)
  const id = await addVoided(subscription)
  const draft = await addDraft(subscription)
  expect(draft).not.toBe(id)
  expect(await replacementOf(id)).toBe(draft)
})

test('400 for one that is not voided, 404 for one of another tenant', async () => {
  const { id: subscription_id } = await addCharged(caller)
  const search = await caller.call('POST', '/invoices/search', { subscription_id })
  const { items } = z.object({ items: z.tuple([z.object({ id: z.string() })]) }).parse(search.body)
  const path = `/invoices/${items[0].id}/recalculate`
  expect(await caller.call('POST', path)).toMatchObject({
    status: 400,
    body: { code: 'invalid_operation', message: expect.stringContaining('recalculate-v2') },
  })
  expect(await (await gateway.newCaller()).call('POST', path)).toMatchObject({ status: 404 })
})
