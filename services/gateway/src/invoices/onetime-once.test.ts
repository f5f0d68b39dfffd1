import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
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

test('a ONETIME charge on a draft that waits is not on the next period’s draft, and stays on its own', async () => {
  const { id, planId } = await addCharged(caller)
  const once = { billing_period: 'ONETIME', amount: '7', start_date: '2020-01-01T00:00:00Z' }
  const { id: priceId } = await caller.create('/prices', priceBody(planId, once))
  const added = await caller.call('POST', `/subscriptions/${id}/lineitems`, {
    price_id: priceId,
    start_date: '2026-08-10T00:00:00Z',
  })
  expect(added).toMatchObject({ status: 201 })
  const draft = async () => (await calculate(caller, { subscription_ids: [id], create_drafts: true }))[0]
  const first = await draft()
  expect(first).toMatchObject({ total: '17' })
  // As a billing run moves on while the first draft still waits for late usage.
  await caller.scoped.db
    .updateTable('subscriptions')
    .set({
      current_period_start: new Date('2026-09-01T00:00:00Z'),
      current_period_end: new Date('2026-10-01T00:00:00Z'),
      next_billing_at: new Date('2026-10-01T00:00:00Z'),
    })
    .where('id', '=', id)
    .execute()
  expect(await draft()).toMatchObject({ total: '10' })
  const { invoice_id } = z.looseObject({ invoice_id: z.string() }).parse(first)
  expect(await caller.call('POST', `/invoices/${invoice_id}/recalculate-v2?finalize=true`)).toMatchObject({
    status: 200,
    body: { invoice_status: 'FINALIZED', total: '17' },
  })
})
