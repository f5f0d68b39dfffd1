import { Flexprice } from '@flexprice/sdk'
import { expect, test } from 'vitest'
import { startStack } from '../stack-under-test.ts'

// Within a second of its beginning all of the period is left: what is charged is the difference of whole months, about.
test("FlexPrice's SDK for Node changes, pauses, resumes and cancels, and its schemas parse every answer", {
  timeout: 180_000,
}, async () => {
  await using stack = await startStack({ workflows: ['subscription-creation', 'subscription-change'] })
  const sdk = new Flexprice({ serverURL: `${stack.gateway.url}/v1`, apiKeyAuth: stack.apiKey })
  const { id: customerId } = await sdk.customers.createCustomer({ externalId: 'sdk-changes', name: 'Ada' })
  const [basic, pro] = [await addPlan(sdk, 'Basic', '30'), await addPlan(sdk, 'Pro', '90')]
  const monthly = { billingCadence: 'RECURRING', billingPeriod: 'MONTHLY', billingPeriodCount: 1 } as const
  const { id = '' } = await sdk.subscriptions.createSubscription({
    ...{ customerId: customerId ?? '', planId: basic, currency: 'usd', billingCycle: 'anniversary' },
    ...monthly,
  })
  const to = (targetPlanId: string) =>
    ({
      targetPlanId,
      prorationBehavior: 'create_prorations',
      billingCycle: 'anniversary',
      ...monthly,
    }) as const
  const atTheEnd = { prorationBehavior: 'none', changeAt: 'end_of_period' } as const

  const preview = await sdk.subscriptions.previewSubscriptionChange(id, to(pro))
  const change = await sdk.subscriptions.executeSubscriptionChange(id, to(pro))
  expect([preview.changeType, preview.targetPlan?.name]).toEqual(['upgrade', 'Pro'])
  expect([change.changeType, change.newSubscription?.planId]).toEqual(['upgrade', pro])

  const later = await sdk.subscriptions.executeSubscriptionChange(id, { ...to(basic), ...atTheEnd })
  expect([later.isScheduled, later.scheduledAt]).toEqual([true, preview.newBillingCycle?.periodEnd])
  // Its calls of schedules have the version in their paths, too; of one and of all they ask paths that are no more.
  const { subscriptions: atRoot } = new Flexprice({ serverURL: stack.gateway.url, apiKeyAuth: stack.apiKey })
  const { schedules } = await atRoot.listSubscriptionSchedules(id)
  expect(schedules?.map((one) => [one.id, one.status])).toEqual([[later.scheduleId, 'pending']])
  const takenBack = await atRoot.cancelSubscriptionSchedule(later.scheduleId ?? '')
  expect(takenBack.status).toBe('cancelled')

  await sdk.subscriptions.pauseSubscription(id, { pauseMode: 'immediate' })
  expect((await sdk.subscriptions.getSubscription(id)).subscriptionStatus).toBe('paused')
  await sdk.subscriptions.resumeSubscription(id, { resumeMode: 'immediate' })
  expect((await sdk.subscriptions.getSubscriptionV2(id)).subscriptionStatus).toBe('active')

  const cancelled = await sdk.subscriptions.cancelSubscription(id, { cancellationType: 'immediate' })
  expect([cancelled.subscriptionId, cancelled.status]).toEqual([id, 'cancelled'])
})

async function addPlan(sdk: Flexprice, name: string, amount: string): Promise<string> {
  const { id = '' } = await sdk.plans.createPlan({ name })
  await sdk.prices.createPrice({
    ...{ entityType: 'PLAN', entityId: id, type: 'FIXED', billingModel: 'FLAT_FEE', amount, currency: 'usd' },
    ...{ billingCadence: 'RECURRING', billingPeriod: 'MONTHLY', billingPeriodCount: 1 },
    ...{ invoiceCadence: 'ADVANCE', priceUnitType: 'FIAT' },
  })
  return id
}
