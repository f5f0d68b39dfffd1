import { recomputeLine } from '@flexprice/domain/cycle'
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

/** Makes the draft, or brings it up to date. */
async function draftOf({ id }: ChargedSubscription): Promise<string> {
  const body = { subscription_ids: [id], create_drafts: true }
  const answer = await caller.call('POST', '/calculations', body)
  const { workflow_id, calculation_id } = z
    .object({ workflow_id: z.string(), calculation_id: z.string() })
    .parse(answer.body)
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const items = await caller.call('GET', `/calculations/${calculation_id}/items`)
  return z.object({ items: z.tuple([z.object({ invoice_id: z.string() })]) }).parse(items.body).items[0]
    .invoice_id
}

async function invoiceOf(id: string) {
  return (await caller.call('GET', `/invoices/${id}`)).body
}

test('preview, calculation, draft and finalized invoice agree to the cent, and each line can be recomputed', async () => {
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-02T00:00:00Z')
  const { body: preview } = await caller.call('POST', '/invoices/preview', {
    subscription_id: subscription.id,
  })
  expect(preview).toMatchObject({
    invoice_status: 'DRAFT',
    total: '10.5',
    line_items: [{ amount: '10' }, { amount: '0.5', price_type: 'USAGE' }],
  })
  const id = await draftOf(subscription)
  expect(await invoiceOf(id)).toMatchObject({ invoice_status: 'DRAFT', total: '10.5' })
  expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 200 })
  const finalized = await invoiceOf(id)
  expect(finalized).toMatchObject({
    invoice_status: 'FINALIZED',
    invoice_number: expect.stringMatching(/^INV-/),
    total: '10.5',
  })
  const explained = z
    .object({ lines: z.array(z.looseObject({ amount: z.string(), explanation: z.custom<never>() })) })
    .parse((await caller.call('GET', `/invoices/${id}/explain`)).body)
  expect(explained.lines.map(({ explanation }) => recomputeLine(explanation).toFixed())).toEqual(
    explained.lines.map(({ amount }) => amount),
  )
  // Asking again changes nothing.
  expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 200 })
  expect(await invoiceOf(id)).toEqual(finalized)
  expect(await caller.call('POST', `/invoices/${id}/recalculate`)).toMatchObject({ status: 400 })
})

test('the preview leaves out lines of zero if told to, and writes nothing', async () => {
  const { id } = await addCharged(caller)
  const hidden = { subscription_id: id, hide_zero_charges_line_items: true }
  const { body } = await caller.call('POST', '/invoices/preview', hidden)
  expect(body).toMatchObject({ line_items: [{ amount: '10' }] })
  const search = await caller.call('POST', '/invoices/search', { subscription_id: id })
  expect(search).toMatchObject({ body: { pagination: { total: 1 } } })
  const window = { period_start: '2026-08-01T00:00:00Z', period_end: '2026-08-02T00:00:00Z' }
  const ofWindow = await caller.call('POST', '/invoices/preview', { subscription_id: id, ...window })
  expect(ofWindow).toMatchObject({ status: 200, body: { total: '0' } })
})

test('a draft asked for again is the same invoice with the usage that has come', async () => {
  const subscription = await addCharged(caller)
  const id = await draftOf(subscription)
  await subscription.use('2026-08-02T00:00:00Z')
  expect(await draftOf(subscription)).toBe(id)
  expect(await invoiceOf(id)).toMatchObject({ total: '10.5', version: 2, line_items: { length: 2 } })
  await subscription.use('2026-08-03T00:00:00Z')
  expect(await caller.call('POST', `/invoices/${id}/recalculate-v2?finalize=false`)).toMatchObject({
    status: 200,
    body: { id, invoice_status: 'DRAFT', total: '11', version: 3 },
  })
  expect(await caller.call('POST', `/invoices/${id}/recalculate-v2`)).toMatchObject({
    body: { invoice_status: 'FINALIZED', total: '11' },
  })
})

test('two finalizations at once give one number, and what commits after them is late', async () => {
  const subscription = await addCharged(caller)
  await subscription.use('2026-08-02T00:00:00Z')
  const id = await draftOf(subscription)
  const before = await lastNumber()
  const answers = await Promise.all([1, 2, 3].map(() => caller.call('POST', `/invoices/${id}/finalize`)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await lastNumber()).toBe(before + 1)
  await subscription.use('2026-08-03T00:00:00Z')
  expect(await seenBy(id, subscription)).toEqual([
    { timestamp: new Date('2026-08-02T00:00:00Z'), seen: true },
    { timestamp: new Date('2026-08-03T00:00:00Z'), seen: false },
  ])
})

test('an event of a transaction that is open while the invoice is finalized is late, exactly', async () => {
  const subscription = await addCharged(caller)
  const id = await draftOf(subscription)
  const { scope, db } = caller.scoped
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('events')
      .values({
        environment_id: scope.environmentId,
        event_id: 'open-while-finalized',
        event_name: 'whatever',
        external_customer_id: subscription.externalId,
        customer_id: null,
        timestamp: new Date('2026-08-02T00:00:00Z'),
        source: null,
        ingested_at: new Date('2026-08-02T00:00:00Z'),
      })
      .execute()
    expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 200 })
  })
  expect(await seenBy(id, subscription)).toMatchObject([{ seen: false }])
})

test('a period that has not ended is not finalized; one with nothing to bill is skipped, without a number', async () => {
  const running = await addCharged(caller, { start: new Date().toISOString() })
  const id = await draftOf(running)
  expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 400 })
  expect(await invoiceOf(id)).toMatchObject({ invoice_status: 'DRAFT' })
  const idle = await addCharged(caller)
  await caller.scoped.db
    .updateTable('subscription_line_items')
    .set({ quantity: '0' })
    .where('subscription_id', '=', idle.id)
    .execute()
  const empty = await draftOf(idle)
  expect(await caller.call('POST', `/invoices/${empty}/finalize`)).toMatchObject({ status: 200 })
  const skipped = await invoiceOf(empty)
  expect(skipped).toMatchObject({ invoice_status: 'SKIPPED', total: '0' })
  expect(skipped).not.toHaveProperty('invoice_number')
  expect(await caller.call('POST', `/invoices/${empty}/void`)).toMatchObject({ status: 400 })
})

test('a voided invoice keeps its number, and what it billed is billed again by another', async () => {
  const subscription = await addCharged(caller)
  const id = await draftOf(subscription)
  await caller.call('POST', `/invoices/${id}/finalize`)
  for (const _ of [1, 2]) {
    expect(await caller.call('POST', `/invoices/${id}/void`)).toMatchObject({ status: 200 })
  }
  expect(await invoiceOf(id)).toMatchObject({
    invoice_status: 'VOIDED',
    invoice_number: expect.stringMatching(/^INV-/),
  })
  const history = await caller.scoped.db
    .selectFrom('invoice_history')
    .select(['field', 'from_value', 'to_value'])
    .where('invoice_id', '=', id)
    .where('field', '=', 'invoice_status')
    .orderBy('id')
    .execute()
  expect(history.map(({ to_value }) => to_value)).toEqual(['DRAFT', 'FINALIZED', 'VOIDED'])
  const next = await draftOf(subscription)
  expect(next).not.toBe(id)
  expect(await invoiceOf(next)).toMatchObject({ invoice_status: 'DRAFT', total: '10' })
  const stranger = await gateway.newCaller()
  for (const path of ['finalize', 'void', 'recalculate', 'recalculate-v2']) {
    expect(await stranger.call('POST', `/invoices/${next}/${path}`)).toMatchObject({ status: 404 })
  }
})

async function lastNumber(): Promise<number> {
  const counters = await caller.scoped.db
    .selectFrom('invoice_number_counters')
    .select('last_number')
    .where('environment_id', '=', caller.scoped.scope.environmentId)
    .execute()
  return counters[0]?.last_number ?? 0
}

/** Which of the subscription's events the invoice's rating has counted. */
function seenBy(invoiceId: string, { externalId }: ChargedSubscription) {
  return caller.scoped.db
    .selectFrom('events')
    .innerJoin('invoices', 'invoices.environment_id', 'events.environment_id')
    .select(({ fn }) => [
      'events.timestamp',
      fn<boolean>('pg_visible_in_snapshot', ['events.transaction_id', 'invoices.usage_snapshot']).as('seen'),
    ])
    .where('invoices.id', '=', invoiceId)
    .where('events.external_customer_id', '=', externalId)
    .orderBy('events.timestamp')
    .execute()
}
