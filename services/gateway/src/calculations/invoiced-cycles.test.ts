import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addPreviewedPlan, completed, itemsOf, previewOf, subscribe } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithBilling(startGatewayWithSync)
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const started = z.looseObject({ calculation_id: z.string() })

test('a cycle whose invoice is final is told by the next dry runs, and is in none of their totals', async () => {
  const { planId, fixedId, first } = await addPreviewedPlan(caller)
  const other = await subscribe(caller, planId)
  const [draft] = await calculate(caller, { subscription_ids: [first.id], create_drafts: true })
  const invoice_id = draft?.invoice_id ?? ''
  expect((await caller.call('POST', `/invoices/${invoice_id}/finalize`)).status).toBe(200)

  const answer = await caller.call('POST', '/calculations', { plan_id: planId })
  await completed(caller, answer)
  const path = `/calculations/${started.parse(answer.body).calculation_id}`
  expect(await caller.call('GET', path)).toMatchObject({
    body: { totals: [{ currency: 'usd', subscriptions: 2, subtotal: '10', total: '10' }] },
  })
  const { items } = z
    .object({ items: z.array(z.looseObject({ subscription_id: z.string() })) })
    .parse((await caller.call('GET', `${path}/items`)).body)
  expect(items.find(({ subscription_id }) => subscription_id === first.id)).toMatchObject({
    ...{ invoiced: true, invoice_id, total: '10' },
  })
  expect(items.find(({ subscription_id }) => subscription_id === other)).not.toHaveProperty('invoiced')
  // Drafts are made of the others alone.
  const again = await calculate(caller, { subscription_ids: [first.id], create_drafts: true })
  expect(again).toMatchObject([{ invoiced: true, invoice_id }])

  const edit = { price_id: fixedId, amount: '12', effective_from: '2026-08-01T00:00:00.000Z' }
  const previewId = await previewOf(caller, planId, [edit])
  const previewed = (await itemsOf(caller, planId, previewId)).find((one) => one.subscription_id === first.id)
  expect(previewed).toMatchObject({ outcome: 'touched', invoiced: true, invoice_id })
  expect(previewed).not.toHaveProperty('before')
  const { body } = await caller.call('GET', `/plans/${planId}/sync/previews/${previewId}`)
  expect(body).toMatchObject({ result: { totals: [{ before: '10', after: '12', difference: '2' }] } })

  expect(await caller.call('POST', '/invoices/preview', { subscription_id: first.id })).toMatchObject({
    body: { warnings: [{ code: 'already_invoiced', message: expect.stringContaining(invoice_id) }] },
  })
  const due = { subscription_ids: [first.id, other], as_of: '2026-09-01T00:00:00.000Z' }
  expect(await bill(caller, { ...due, dry_run: true })).toMatchObject({
    totals: [{ currency: 'usd', invoices: 1, total: '10' }],
  })
  expect(await bill(caller, due)).toMatchObject({ totals: [{ currency: 'usd', invoices: 1, total: '10' }] })
  expect((await cyclesOf(caller, first.id)).map(({ id }) => id)).toEqual([invoice_id])
  // The next one is another: the cycle behind it is billed.
  expect(await calculate(caller, { subscription_ids: [first.id] })).toMatchObject([
    { period_start: '2026-09-01T00:00:00.000Z', total: '10' },
  ])
})
