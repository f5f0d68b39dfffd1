import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet, ledgerOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  billLateUsage,
  billUntil,
  invoicesOf,
  linesOf,
  subscribeToUsage,
} from '../testing/late-usage-under-test.ts'
import { payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(async () => {
  caller = await gateway.newCaller()
})

const calls = { meter: { event_name: 'call' }, price: { amount: '0.5' } }
const [september, october, november] = [
  '2026-09-01T00:00:00Z',
  '2026-10-01T00:00:00Z',
  '2026-11-01T00:00:00Z',
]

test('lines of a price that was edited inside the period change together: what one loses lowers its invoice', async () => {
  await billLateUsage(caller)
  const volume = (cheap: string) => [{ up_to: 2, unit_amount: '2' }, { unit_amount: cheap }]
  const terms = { billing_model: 'TIERED', tier_mode: 'VOLUME', amount: undefined }
  const { id, priceIds, use } = await subscribeToUsage(caller, [
    { meter: calls.meter, price: { ...terms, tiers: volume('1') } },
  ])
  const line = await caller.scoped.db
    .selectFrom('subscription_line_items')
    .select('id')
    .where('price_id', '=', priceIds[0] ?? '')
    .executeTakeFirstOrThrow()
  const edit = { tiers: volume('3'), effective_from: '2026-08-16T00:00:00Z' }
  expect(await caller.call('PUT', `/subscriptions/lineitems/${line.id}`, edit)).toMatchObject({ status: 200 })
  await use('call', '2026-08-10T00:00:00Z')
  await use('call', '2026-08-20T00:00:00Z')
  await billUntil(caller, september)
  // 2 calls of 2 each; then 3 of them, 1 of 3 in the cheap tier at 1, 2 of 3 at 3.
  await use('call', '2026-08-21T00:00:00Z')
  await billUntil(caller, october)
  const all = await invoicesOf(caller, id)
  expect(linesOf(all[0], all)).toEqual(['2', '2'])
  expect(linesOf(all[1], all).filter((text) => text !== '0')).toEqual(['4 of 08, 1'])
  expect(all[0]).toMatchObject({ total: '4', adjustment_amount: '1', amount_due: '3' })
  expect(all[1]).toMatchObject({ total: '4', adjustment_amount: '0', amount_due: '4' })
})

test('what late events take away lowers what is due of the invoice that billed, then of others; the rest, which was paid, goes into the wallet', async () => {
  await billLateUsage(caller)
  const level = { event_name: 'level', aggregation: { type: 'LATEST', field: 'value' } }
  const { id, use } = await subscribeToUsage(caller, [{ meter: level, price: { amount: '1' } }])
  await use('level', '2026-08-10T00:00:00Z', '10')
  await use('level', '2026-09-10T00:00:00Z', '3')
  await billUntil(caller, september)
  const [august] = await invoicesOf(caller, id)
  await caller.create('/payments', payment(august?.id ?? '', { amount: '8' }))
  await use('level', '2026-08-20T00:00:00Z', '1')
  // 9 less: 2 of August are not paid, 3 of September; a preview of September tells what it will be lowered by.
  const previewed = await caller.call('POST', '/invoices/preview', { subscription_id: id })
  expect(previewed.body).toMatchObject({ total: '3', adjustment_amount: '3', amount_due: '0' })
  await billUntil(caller, october)
  const all = await invoicesOf(caller, id)
  expect(all.map(({ total, adjustment_amount: by, amount_due: due }) => [total, by, due])).toEqual([
    ['10', '2', '8'],
    ['3', '3', '0'],
  ])
  const credits = await caller.scoped.db.selectFrom('late_credits').selectAll().execute()
  expect(credits).toMatchObject([{ revision: 1 }])
  expect(credits.map(({ amount, remaining_amount }) => [Number(amount), Number(remaining_amount)])).toEqual([
    [9, 0],
  ])
  const { customer_id } = Object((await caller.call('GET', `/invoices/${august?.id}`)).body)
  const held = await caller.call('GET', `/customers/${customer_id}/wallets`)
  expect(held.body).toMatchObject([{ balance: '4', conversion_rate: '1' }])
  // What comes next is compared with what is left of the line, and what went into the wallet pays.
  await use('level', '2026-08-30T00:00:00Z', '2')
  await use('level', '2026-10-30T00:00:00Z', '7')
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: id })
  const figures = { total: '4', total_prepaid_credits_applied: '4', amount_due: '4', amount_remaining: '4' }
  expect(preview.body).toMatchObject(figures)
  await billUntil(caller, november)
  const after = await invoicesOf(caller, id)
  expect(linesOf(after[2], after)).toEqual(['7', '1 of 08, 2'])
  expect(after[2]).toMatchObject({ total: '4', amount_due: '4' })
})

test('what credits had paid comes back to them, and pays the invoice that is closed beside it', async () => {
  await billLateUsage(caller)
  const level = { event_name: 'level', aggregation: { type: 'LATEST', field: 'value' } }
  const { id, externalId, use } = await subscribeToUsage(caller, [{ meter: level, price: { amount: '1' } }])
  const wallet = await addWallet(caller, {
    ...{ external_customer_id: externalId, initial_credits_to_load: '6' },
  })
  await use('level', '2026-08-10T00:00:00Z', '10')
  await billUntil(caller, september)
  const [august] = await invoicesOf(caller, id)
  await caller.create('/payments', payment(august?.id ?? '', { amount: '4' }))
  await use('level', '2026-08-20T00:00:00Z', '1')
  await use('level', '2026-09-20T00:00:00Z', '2')
  await billUntil(caller, october)
  // 9 less: 2 of September, the 6 of the credits, 1 of what was paid.
  const [first, second] = await invoicesOf(caller, id)
  expect(first).toMatchObject({ total: '4', amount_due: '4' })
  expect(second).toMatchObject({ total: '2', adjustment_amount: '2', amount_due: '0' })
  expect(await ledgerOf(caller, wallet.id)).toEqual([
    ...['FREE_CREDIT_GRANT 6', 'INVOICE_PAYMENT -6', 'CREDIT_ADJUSTMENT 6', 'CREDIT_NOTE 1'],
  ])
})

test('an invoice whose lines have late ones is not voided; voiding the one that bears them bills them anew', async () => {
  await billLateUsage(caller)
  const { id, use } = await subscribeToUsage(caller, [calls])
  await use('call', '2026-08-10T00:00:00Z')
  await billUntil(caller, september)
  await use('call', '2026-08-11T00:00:00Z')
  await billUntil(caller, october)
  const [first, second] = await invoicesOf(caller, id)
  expect(await caller.call('POST', `/invoices/${first?.id}/void`)).toMatchObject({ status: 409 })
  expect(await caller.call('POST', `/invoices/${second?.id}/void`)).toMatchObject({ status: 200 })
  const { body } = await caller.call('POST', `/invoices/${second?.id}/recalculate`)
  const { workflow_id } = z.object({ workflow_id: z.string() }).parse(body)
  const task = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const replaced = z.object({ result: z.object({ invoice_id: z.string() }) }).parse(task.body).result
  const all = await invoicesOf(caller, id)
  const replacement = all.find((one) => one.id === replaced.invoice_id)
  expect(linesOf(replacement, all)).toEqual(['0', '0.5 of 08, 1'])
})
