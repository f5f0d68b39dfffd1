import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addPreviewedPlan, completed } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling(startGatewayWithSync)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const invoice = z.object({
  line_items: z.array(z.looseObject({ price_type: z.string(), amount: z.string() })),
})

test.each(['NEVER', 'ANNUAL'])(
  'an allowance (%s) that was used under a version which a late sync leaves out is used, and not free again',
  async (usage_reset_period) => {
    const caller = await newClockedCaller(gateway, '2026-08-05T00:00:00Z')
    const { planId, usageId, first } = await addPreviewedPlan(caller)
    await caller.create('/entitlements', {
      ...{ entity_type: 'PLAN', entity_id: planId, feature_id: first.featureId, feature_type: 'metered' },
      ...{ is_enabled: true, usage_limit: 3, usage_reset_period },
    })
    for (const hour of ['01', '02', '03']) await first.use(`2026-08-15T${hour}:00:00Z`)
    await caller.moveClock('2026-09-10T00:00:00Z')
    await bill(caller)
    // Two edits in August, which is billed, and one sync: the version in between gets no line.
    const effective = { effective_from: '2026-08-10T00:00:00Z' }
    const second = await caller.call('PUT', `/prices/${usageId}`, { amount: '2', ...effective })
    const { id } = z.looseObject({ id: z.string() }).parse(second.body)
    await caller.call('PUT', `/prices/${id}`, { amount: '4', effective_from: '2026-08-20T00:00:00Z' })
    await completed(caller, await caller.call('POST', `/plans/${planId}/sync/subscriptions`))
    for (const hour of ['01', '02', '03']) await first.use(`2026-09-15T${hour}:00:00Z`)
    await caller.moveClock('2026-10-01T01:00:00Z')
    await bill(caller)
    const usage = []
    for (const cycle of await cyclesOf(caller, first.id)) {
      const { line_items } = invoice.parse((await caller.call('GET', `/invoices/${cycle.id}`)).body)
      usage.push(line_items.filter(({ price_type }) => price_type === 'USAGE').map(({ amount }) => amount))
    }
    expect(usage).toEqual([['0'], ['12']])
  },
)
