import { setTimeout as sleep } from 'node:timers/promises'
import { Flexprice } from '@flexprice/sdk'
import { expect, test } from 'vitest'
import { startStack } from '../stack-under-test.ts'
import { expectedWalk } from './walked.ts'

const pollMs = 100
const pollsMax = 300

test("FlexPrice's SDK for Node goes from a customer to an invoice, and its schemas parse every answer", async () => {
  await using stack = await startStack()
  const sdk = new Flexprice({ serverURL: `${stack.gateway.url}/v1`, apiKeyAuth: stack.apiKey })

  const customer = await sdk.customers.createCustomer({ externalId: 'sdk-node', name: 'Ada' })
  const seats = await sdk.features.createFeature({ name: 'Seats', type: 'static', lookupKey: 'seats' })
  const calls = await sdk.features.createFeature({
    name: 'API calls',
    type: 'metered',
    meter: {
      name: 'API calls',
      eventName: 'api.call',
      aggregation: { type: 'COUNT' },
      resetUsage: 'BILLING_PERIOD',
    },
  })
  const plan = await sdk.plans.createPlan({ name: 'Pro' })
  const monthly = {
    entityType: 'PLAN',
    entityId: idOf(plan),
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCadence: 'RECURRING',
    currency: 'usd',
    priceUnitType: 'FIAT',
  } as const
  const fee = await sdk.prices.createPrice({
    ...monthly,
    type: 'FIXED',
    billingModel: 'FLAT_FEE',
    invoiceCadence: 'ADVANCE',
    amount: '19.99',
  })
  const usage = await sdk.prices.createPrice({
    ...monthly,
    type: 'USAGE',
    billingModel: 'TIERED',
    tierMode: 'SLAB',
    tiers: [{ upTo: 1_000, unitAmount: '0' }, { unitAmount: '0.0025' }],
    invoiceCadence: 'ARREAR',
    ...(calls.meterId === undefined ? {} : { meterId: calls.meterId }),
  })
  const ofPlan = { entityType: 'PLAN', entityId: idOf(plan), isEnabled: true } as const
  await sdk.entitlements.createEntitlement({
    ...ofPlan,
    featureId: idOf(seats),
    featureType: 'static',
    staticValue: '5',
  })
  await sdk.entitlements.createEntitlement({
    ...ofPlan,
    featureId: idOf(calls),
    featureType: 'metered',
    usageLimit: 10_000,
    usageResetPeriod: 'MONTHLY',
  })
  const subscription = await sdk.subscriptions.createSubscription({
    customerId: idOf(customer),
    planId: idOf(plan),
    currency: 'usd',
    billingCadence: 'RECURRING',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
  })
  const entitlements = await sdk.customers.getCustomerEntitlements(idOf(customer))
  const successor = await sdk.prices.updatePrice(idOf(fee), { amount: '24.99' })
  const sync = await sdk.plans.syncPlanPrices(idOf(plan))
  const task = await endOf(() => sdk.tasks.getTaskResult(sync.workflowId ?? ''))
  const lines = await sdk.subscriptions.querySubscription({
    subscriptionIds: [idOf(subscription)],
    withLineItems: true,
  })
  const invoices = await sdk.invoices.queryInvoice({ subscriptionId: idOf(subscription) })
  const [found] = invoices.items ?? []
  const invoice = await sdk.invoices.getInvoice(idOf(found))
  const summary = await sdk.invoices.getCustomerInvoiceSummary(idOf(customer))

  expect({
    subscription_status: subscription.subscriptionStatus,
    entitlements: Object.fromEntries(
      (entitlements.features ?? []).map(({ feature, entitlement }) => [
        feature?.name,
        entitlement?.isEnabled,
      ]),
    ),
    sync_message: task.message,
    invoices: invoices.items?.length,
    invoice_status: invoice.invoiceStatus,
    invoice_total: invoice.total,
    invoice_lines: invoice.lineItems?.map(({ amount }) => amount),
    unpaid: summary.summaries?.map(({ totalUnpaidAmount }) => totalUnpaidAmount),
    found_customer: (await sdk.customers.getCustomerByExternalId('sdk-node')).id === customer.id,
  }).toEqual(expectedWalk)
  expect(lines.items?.[0]?.lineItems?.map(({ priceId }) => priceId).toSorted()).toEqual(
    [fee.id, successor.id, usage.id].toSorted(),
  )
})

/** The published types allow every field to be missing. */
function idOf(record: { id?: string | undefined } | undefined): string {
  expect(record?.id).toBeTypeOf('string')
  return record?.id ?? ''
}

/** The published SDK knows no `wait`: it asks again. */
async function endOf<Task extends { message?: string | undefined }>(ask: () => Promise<Task>): Promise<Task> {
  for (let poll = 0; poll < pollsMax; poll++) {
    const task = await ask()
    if (task.message?.includes('completed')) return task
    await sleep(pollMs)
  }
  throw new Error('The workflow is still running')
}
