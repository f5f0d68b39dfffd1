import {
  createSubscriptionChangeActivities,
  createSubscriptionChangeEvents,
} from '@flexprice/activities/subscription-change'
import { currentScope } from '@flexprice/temporal-worker'
import { priceBody } from '@flexprice/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import { startGatewayWithBilling } from './billing-under-test.ts'
import type { Answer, Caller } from './caller-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { unseenTelemetry, withWorker } from './with-worker.ts'

/** The gateway with the workers that make, bill and change subscriptions, all in the test's process. */
export async function startGatewayWithChanges(start = startGatewayWithBilling): Promise<GatewayUnderTest> {
  const gateway = await start()
  const activities = createSubscriptionChangeActivities({
    scoped: () => gateway.database.database.scoped(currentScope()),
    slicesMax: 2,
    events: createSubscriptionChangeEvents(unseenTelemetry()),
  })
  return withWorker(gateway, 'subscription-change', activities)
}

/** A plan with these prices, which are at work since long ago. */
export async function addPlan(caller: Caller, name: string, prices: readonly object[]): Promise<string> {
  const plan = await caller.create('/plans', { name })
  for (const price of prices) {
    await caller.create('/prices', priceBody(plan.id, { start_date: '2020-01-01T00:00:00Z', ...price }))
  }
  return plan.id
}

let subscribers = 0

/** A monthly subscription of a customer of its own. */
export async function subscribeTo(caller: Caller, planId: string, body: object = {}): Promise<string> {
  const customer = await caller.create('/customers', {
    external_id: `changing-${++subscribers}`,
    name: 'Ada',
  })
  const of = { customer_id: customer.id, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' }
  const { id } = await caller.create('/subscriptions', { ...of, ...body })
  return id
}

/** What the first version of the call wants to know, for a monthly subscription. */
export function changeTo(planId: string, changes: object = {}): object {
  return {
    target_plan_id: planId,
    proration_behavior: 'create_prorations',
    billing_period: 'MONTHLY',
    billing_cycle: 'anniversary',
    billing_cadence: 'RECURRING',
    ...changes,
  }
}

export function change(
  caller: Caller,
  subscriptionId: string,
  body: object,
  {
    mode = 'execute',
    headers = {},
  }: { mode?: 'preview' | 'execute'; headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  return caller.call('POST', `/subscriptions/${subscriptionId}/change/${mode}`, body, headers)
}

const details = z.object({ credit_amount: z.string(), charge_amount: z.string(), net_amount: z.string() })
const executed = z.looseObject({
  proration_applied: details,
  invoice: z.looseObject({ total: z.string() }).optional(),
})
const previewed = z.looseObject({
  proration_details: details,
  next_invoice_preview: z.looseObject({ total: z.string() }).optional(),
})

/** Previews the change, makes it, and holds that both say the same: credited, charged, net, and the invoice's total. */
export async function changeAsPreviewed(caller: Caller, subscriptionId: string, body: object) {
  const before = await change(caller, subscriptionId, body, { mode: 'preview' })
  expect(before).toMatchObject({ status: 200 })
  const preview = previewed.parse(before.body)
  const after = await change(caller, subscriptionId, body)
  expect(after).toMatchObject({ status: 200 })
  const execution = executed.parse(after.body)
  expect(execution.proration_applied).toEqual(preview.proration_details)
  expect(execution.invoice?.total).toBe(preview.next_invoice_preview?.total)
  const { credit_amount, charge_amount, net_amount } = execution.proration_applied
  return { money: [credit_amount, charge_amount, net_amount], execution }
}
