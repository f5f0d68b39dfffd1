import { setTimeout as sleep } from 'node:timers/promises'
import { Flexprice } from '@flexprice/sdk'
import { FlexPriceError } from '@flexprice/sdk/sdk/models'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { startStack } from '../stack-under-test.ts'
import { walkMoney } from './walk-money.ts'
import { walkTasks } from './walk-tasks.ts'
import { expectedWalk } from './walked.ts'

const pollMs = 100
const pollsMax = 300

test("FlexPrice's SDK for Node goes from a customer to an invoice, and its schemas parse every answer", {
  timeout: 180_000,
}, async () => {
  await using stack = await startStack({
    workflows: ['price-sync', 'subscription-creation', 'task-processing'],
    // One of its tasks names an address, which is this test's.
    environment: { FILE_URL_LOOPBACK: 'allow' },
  })
  const sdk = new Flexprice({ serverURL: `${stack.gateway.url}/v1`, apiKeyAuth: stack.apiKey })
  const customer = await sdk.customers.createCustomer({ externalId: 'sdk-node', name: 'Ada' })
  const { planId, feeId, usageId, meterId, seatsId } = await makeCatalog(sdk)
  const subscription = await sdk.subscriptions.createSubscription({
    customerId: idOf(customer),
    planId,
    currency: 'usd',
    billingCadence: 'RECURRING',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
  })
  const successor = await sdk.prices.updatePrice(feeId, { amount: '24.99' })
  const sync = await sdk.plans.syncPlanPrices(planId)
  const task = await endOf(() => sdk.tasks.getTaskResult(sync.workflowId ?? ''))

  expect({
    subscription_status: subscription.subscriptionStatus,
    sync_message: task.message,
    ...(await ingested(sdk, { meterId, subscriptionId: idOf(subscription) })),
    found_customer: (await sdk.customers.getCustomerByExternalId('sdk-node')).id === customer.id,
    ...(await seenOf(sdk, idOf(customer), idOf(subscription))),
    ...(await contractSeen(sdk, idOf(customer), idOf(subscription), seatsId)),
    money: await walkMoney(sdk, idOf),
    tasks: await walkTasks(sdk, { url: stack.gateway.url, apiKey: stack.apiKey }, endOf),
  }).toEqual(expectedWalk)
  const found = await sdk.subscriptions.querySubscription({
    subscriptionIds: [idOf(subscription)],
    withLineItems: true,
  })
  expect(found.items?.[0]?.lineItems?.map(({ priceId }) => priceId).toSorted()).toEqual(
    [feeId, idOf(successor), usageId].toSorted(),
  )
})

async function ingested(sdk: Flexprice, ids: { meterId: string; subscriptionId: string }) {
  const call = { eventName: 'api.call', externalCustomerId: 'sdk-node' }
  const one = await sdk.events.ingestEvent({ ...call, eventId: 'call-1', properties: { region: 'eu' } })
  const bulk = await sdk.events.ingestEventsBulk({
    events: ['call-1', 'call-2', 'call-3'].map((eventId) => ({ ...call, eventId })),
  })
  const page = { externalCustomerId: 'sdk-node', pageSize: 2 }
  const raw = await sdk.events.listRawEvents(page)
  const rest = await sdk.events.listRawEvents({ ...page, iterLastKey: raw.iterLastKey ?? '' })
  // Its `getEvent` asks a path that the contract has no more.
  const found = (await sdk.events.listRawEvents({ eventId: 'call-1' })).events?.[0]
  return {
    ingested: one.event_id,
    ingested_in_bulk: [bulk.accepted, bulk.duplicates],
    raw_events: [...(raw.events ?? []), ...(rest.events ?? [])].map(({ id }) => id).toSorted(),
    found_event: [found?.id, found?.properties?.region],
    usage: await usageOf(sdk, ids),
  }
}

async function usageOf(
  sdk: Flexprice,
  { meterId, subscriptionId }: { meterId: string; subscriptionId: string },
) {
  const customer = { externalCustomerId: 'sdk-node' }
  const counted = await sdk.events.getUsageStatistics({
    ...customer,
    eventName: 'api.call',
    aggregationType: 'COUNT',
  })
  const metered = await sdk.events.getUsageByMeter({ ...customer, meterId })
  const used = await sdk.subscriptions.getSubscriptionUsage({ subscriptionId })
  return [counted.value, metered.value, ...(used.charges ?? []).map(({ quantity }) => quantity)]
}

/** A plan with a fee and a price of usage, and with what it entitles to. */
async function makeCatalog(sdk: Flexprice) {
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
  const planId = idOf(await sdk.plans.createPlan({ name: 'Pro' }))
  const ofPlan = { entityType: 'PLAN', entityId: planId, isEnabled: true } as const
  await sdk.entitlements.createEntitlement({
    ...ofPlan,
    featureId: idOf(seats),
    featureType: 'static',
    staticValue: '5',
    usageLimit: 7,
    usageResetPeriod: 'MONTHLY',
  })
  await sdk.entitlements.createEntitlement({
    ...ofPlan,
    featureId: idOf(calls),
    featureType: 'metered',
    usageLimit: 10_000,
    usageResetPeriod: 'MONTHLY',
  })
  const meterId = calls.meterId ?? ''
  return { planId, meterId, seatsId: idOf(seats), ...(await makePrices(sdk, planId, meterId)) }
}

async function makePrices(sdk: Flexprice, planId: string, meterId: string) {
  const monthly = {
    entityType: 'PLAN',
    entityId: planId,
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
    meterId,
  })
  return { feeId: idOf(fee), usageId: idOf(usage) }
}

async function seenOf(sdk: Flexprice, customerId: string, subscriptionId: string) {
  const entitlements = await sdk.customers.getCustomerEntitlements(customerId)
  const invoices = await sdk.invoices.queryInvoice({ subscriptionId })
  const invoice = await sdk.invoices.getInvoice(idOf(invoices.items?.[0]))
  const summary = await sdk.invoices.getCustomerInvoiceSummary(customerId)
  return {
    entitlements: Object.fromEntries(
      (entitlements.features ?? []).map(({ feature, entitlement }) => [
        feature?.name,
        entitlement?.isEnabled,
      ]),
    ),
    invoices: invoices.items?.length,
    invoice_status: invoice.invoiceStatus,
    invoice_total: invoice.total,
    invoice_lines: invoice.lineItems?.map(({ amount }) => amount),
    unpaid: summary.summaries?.map(({ totalUnpaidAmount }) => totalUnpaidAmount),
  }
}

async function contractSeen(sdk: Flexprice, customerId: string, subscriptionId: string, seatsId: string) {
  const limits = await sdk.entitlements.queryEntitlement({ featureIds: [seatsId] })
  const [limit] = limits.items ?? []
  const shown = await sdk.subscriptions.getSubscription(subscriptionId)
  const user = await sdk.users.getUserInfo()
  const completed = await sdk.workflows.queryWorkflow({ workflowStatus: 'COMPLETED' })
  const cancelled = await sdk.workflows.queryWorkflow({ workflowStatus: 'CANCELLED' })
  return {
    static_limit: [limit?.usageLimit, limit?.usageResetPeriod],
    shown_with_subscription: [shown.plan?.name, shown.customer?.name],
    tenant_address: user.tenant?.billingDetails?.address,
    workflows: {
      completed: [...new Set(completed.items?.map(({ status }) => status))],
      cancelled: cancelled.items?.length,
    },
    refusals: [
      await refusalOf(sdk.customers.createCustomer({ externalId: 'no', name: 'No', email: 'nowhere' })),
      await refusalOf(sdk.addons.getAddon(customerId)),
    ],
  }
}

async function refusalOf(call: Promise<unknown>) {
  const refused = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(refused instanceof FlexPriceError)) throw new Error('It was not refused by the API')
  const { code, details } = refusalBody.parse(JSON.parse(refused.body))
  return [refused.statusCode, code, Object.keys(details?.fields ?? {})]
}

const refusalBody = z.object({
  code: z.string(),
  details: z.object({ fields: z.record(z.string(), z.string()).optional() }).optional(),
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
