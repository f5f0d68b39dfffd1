import { afterAll, beforeAll, expect, test } from 'vitest'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const yearly = {
  type: 'FIXED',
  price_unit_type: 'FIAT',
  billing_model: 'FLAT_FEE',
  billing_period: 'ANNUAL',
  invoice_cadence: 'ADVANCE',
  amount: '120',
}

/** As a billing run moves on. */
async function moveTo(id: string, start: string, end: string): Promise<void> {
  const [from, to] = [new Date(start), new Date(end)]
  await caller.scoped.db
    .updateTable('subscriptions')
    .set({ current_period_start: from, current_period_end: to, next_billing_at: to })
    .where('id', '=', id)
    .execute()
}

test('a yearly fee that a monthly subscription got at its start is on the next invoice, once', async () => {
  const { id } = await addCharged(caller)
  const body = { price: yearly, start_date: '2026-08-01T00:00:00Z' }
  expect(await caller.call('POST', `/subscriptions/${id}/lineitems`, body)).toMatchObject({ status: 201 })
  const draft = async () => (await calculate(caller, { subscription_ids: [id], create_drafts: true }))[0]
  const first = await draft()
  expect(first).toMatchObject({ total: '130' })
  expect(first?.lines).toContainEqual(
    expect.objectContaining({
      amount: '120',
      period_start: '2026-08-01T00:00:00.000Z',
      period_end: '2027-08-01T00:00:00.000Z',
    }),
  )
  // The draft has it already: made anew it keeps it, and the next month's has it not.
  expect(await draft()).toMatchObject({ total: '130', invoice_id: first?.invoice_id })
  await moveTo(id, '2026-09-01T00:00:00Z', '2026-10-01T00:00:00Z')
  expect(await draft()).toMatchObject({ total: '10' })
  await moveTo(id, '2027-07-01T00:00:00Z', '2027-08-01T00:00:00Z')
  const preview = { subscription_id: id }
  expect(await caller.call('POST', '/invoices/preview', preview)).toMatchObject({ body: { total: '130' } })
})
