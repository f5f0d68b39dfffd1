import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { completed } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling(startGatewayWithSync)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const prices = z.object({ items: z.array(z.looseObject({ id: z.string(), type: z.string() })) })
const billed = z.looseObject({
  line_items: z.array(z.looseObject({ price_type: z.string(), amount: z.string() })),
})

/** January is billed and voided; its price of usage was edited twice in it, which a sync brought in February. */
async function voidedJanuary(): Promise<{ caller: Caller; invoiceId: string }> {
  const caller = await newClockedCaller(gateway, '2026-01-01T00:00:00Z')
  const subscription = await addCharged(caller, { start: '2026-01-01T00:00:00Z' })
  for (const day of ['05', '15', '25']) await subscription.use(`2026-01-${day}T00:00:00Z`)
  await caller.moveClock('2026-02-02T00:00:00Z')
  await bill(caller)
  const all = await caller.call('POST', '/prices/search', { plan_ids: [subscription.planId] })
  let { id } = prices.parse(all.body).items.find(({ type }) => type === 'USAGE') ?? { id: '' }
  for (const [from, amount] of [
    ['2026-01-10', '5'],
    ['2026-01-20', '7'],
  ] as const) {
    const edit = { effective_from: `${from}T00:00:00Z`, amount }
    const edited = await caller.call('PUT', `/prices/${id}`, edit)
    expect(edited).toMatchObject({ status: 200 })
    id = z.looseObject({ id: z.string() }).parse(edited.body).id
  }
  await completed(caller, await caller.call('POST', `/plans/${subscription.planId}/sync/subscriptions`))
  const [invoice] = await cyclesOf(caller, subscription.id)
  expect(invoice).toMatchObject({ invoice_status: 'FINALIZED', total: '11.5' })
  const invoiceId = String(invoice?.id)
  expect(await caller.call('POST', `/invoices/${invoiceId}/void`)).toMatchObject({ status: 200 })
  return { caller, invoiceId }
}

async function usageOf(caller: Caller, invoiceId: string): Promise<string[]> {
  const { line_items } = billed.parse((await caller.call('GET', `/invoices/${invoiceId}`)).body)
  return line_items.flatMap(({ price_type, amount }) => (price_type === 'USAGE' ? [amount] : [])).toSorted()
}

test('a version that a sync passed over is on the draft in the place of its voided invoice, once', async () => {
  const { caller, invoiceId } = await voidedJanuary()
  const replace = async () => {
    const asked = await caller.call('POST', `/invoices/${invoiceId}/recalculate`)
    return completed(caller, asked)
  }
  await replace()
  const { recalculated_invoice_id: draftId } = z
    .looseObject({ recalculated_invoice_id: z.string() })
    .parse((await caller.call('GET', `/invoices/${invoiceId}`)).body)
  expect(await usageOf(caller, draftId)).toEqual(['0.5', '5', '7'])
  await replace()
  expect(await usageOf(caller, draftId)).toEqual(['0.5', '5', '7'])
})
