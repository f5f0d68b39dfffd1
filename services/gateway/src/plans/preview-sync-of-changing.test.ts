import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { addPlan, change, changeTo, startGatewayWithChanges } from '../testing/changes-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'
import { apply, completed, itemsOf, previewOf } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest

beforeAll(async () => {
  gateway = await startGatewayWithChanges(() => startGatewayWithBilling(startGatewayWithSync))
})
afterAll(() => gateway[Symbol.asyncDispose]())

const plan = z.object({
  prices: z.array(z.looseObject({ id: z.string(), type: z.string(), invoice_cadence: z.string() })),
})

test('a change of plan that waits is in both figures: 90 in advance by the new plan, and what the edit makes of the old one’s 60 in arrears', async () => {
  const caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  const { id, planId } = await addEnding(caller)
  const pro = await addPlan(caller, 'Enterprise', [{ amount: '90' }])
  const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }
  expect(await change(caller, id, changeTo(pro, atTheEnd))).toMatchObject({ status: 200 })
  await caller.moveClock('2026-06-16T00:00:00Z')
  const { prices } = plan.parse((await caller.call('GET', `/plans/${planId}`)).body)
  const fee = (cadence: string) =>
    prices.find((one) => one.type === 'FIXED' && one.invoice_cadence === cadence)?.id ?? ''
  const edits = [
    { price_id: fee('ARREAR'), amount: '80' },
    { price_id: fee('ADVANCE'), amount: '40' },
  ]
  const previewId = await previewOf(caller, planId, edits)
  // Not prorating, the latest bills whole: 80. The 40 in advance are nobody's any more.
  expect(await itemsOf(caller, planId, previewId)).toMatchObject([
    { subscription_id: id, outcome: 'touched', before: '150', after: '170' },
  ])
  await completed(caller, await apply(caller, planId, previewId))
  await moveClock(caller, '2026-07-08T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 170'])
})
