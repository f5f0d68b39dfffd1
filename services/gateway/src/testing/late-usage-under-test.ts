import { createDatabase } from '@flexprice/database/connection'
import { type LineExplanation, recomputeLine } from '@flexprice/domain/cycle'
import { formatDecimal } from '@flexprice/domain/money'
import { priceBody } from '@flexprice/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Caller, Created } from './caller-under-test.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from './metered-feature.ts'

/** What is metered, and what it costs. */
export interface MeteredPrice {
  readonly meter: Readonly<Record<string, unknown>> & { readonly event_name: string }
  readonly price: object
  /** Free in each period, of all prices of the meter. */
  readonly free?: number
}

let made = 0

/** A monthly subscription since August 2026 that is charged for usage alone, of meters by their events' names. */
export async function subscribeToUsage(
  caller: Caller,
  metered: readonly MeteredPrice[],
  changes: object = {},
): Promise<{
  id: string
  externalId: string
  priceIds: readonly string[]
  grantIds: readonly string[]
  use: Use
}> {
  const { id: planId } = await caller.create('/plans', { name: 'Metered' })
  const priceIds: string[] = []
  const grantIds: string[] = []
  const features = new Map<MeteredPrice['meter'], Created>()
  for (const { meter, price, free } of metered) {
    const feature =
      features.get(meter) ??
      (await caller.create('/features', meteredFeatureBody({ name: meter.event_name }, meter)))
    features.set(meter, feature)
    const body = priceBody(
      planId,
      usageOf(feature.meter_id, { start_date: '2020-01-01T00:00:00Z', ...price }),
    )
    priceIds.push((await caller.create('/prices', body)).id)
    if (free === undefined) continue
    const grant = { feature_id: feature.id, feature_type: 'metered', usage_limit: free }
    grantIds.push((await caller.create('/entitlements', { ...grant, plan_id: planId, is_enabled: true })).id)
  }
  const externalId = `late-${++made}`
  await caller.create('/customers', { external_id: externalId, name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    ...{ external_customer_id: externalId, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
    ...{ start_date: '2026-08-01T00:00:00.000Z', ...changes },
  })
  const use: Use = async (eventName, timestamp, value = '1') => {
    const event = {
      event_name: eventName,
      external_customer_id: externalId,
      timestamp,
      properties: { value },
    }
    expect(await caller.call('POST', '/events', event)).toMatchObject({ status: 202 })
  }
  return { id, externalId, priceIds, grantIds, use }
}

/** An event through the API, at an instant; `value` is its property of that name. */
export type Use = (eventName: string, timestamp: string, value?: string) => Promise<void>

export async function billLateUsage(caller: Caller): Promise<void> {
  const path = `/environments/${caller.scoped.scope.environmentId}/settings`
  expect(await caller.call('PUT', path, { late_usage: 'bill' })).toMatchObject({
    status: 200,
    body: { late_usage: 'bill' },
  })
}

/** A development environment's clock is moved, which nothing does by itself. */
export async function moveClock(
  { database }: GatewayUnderTest,
  { scoped }: Caller,
  to: string,
): Promise<void> {
  const owner = createDatabase({ url: database.ownerUrl, applicationName: 'test', poolSizeMax: 1 })
  const { db } = owner.scoped(scoped.scope)
  await db
    .updateTable('environments')
    .set({ clock_at: new Date(to) })
    .execute()
  await owner[Symbol.asyncDispose]()
}

/** Bills what fell due by then, or by now, and waits for it. */
export async function billUntil(caller: Caller, asOf?: string): Promise<unknown> {
  const answer = await caller.call('POST', '/billing/runs', asOf === undefined ? {} : { as_of: asOf })
  expect(answer).toMatchObject({ status: 202 })
  const { workflow_id, billing_run_id } = run.parse(answer.body)
  const result = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=30s`)
  expect(result.body).toMatchObject({ status: 'Completed' })
  const { body } = await caller.call('GET', `/billing/runs/${billing_run_id}`)
  expect(body).toMatchObject({ subscriptions_failed: 0 })
  return body
}

const run = z.object({ workflow_id: z.string(), billing_run_id: z.string() })

const invoiceFields = z.object({
  id: z.string(),
  invoice_status: z.string(),
  period_start: z.string(),
  total: z.string(),
  amount_due: z.string(),
  amount_remaining: z.string(),
  adjustment_amount: z.string(),
  line_items: z.array(
    z.object({
      id: z.string(),
      price_id: z.string(),
      amount: z.string(),
      quantity: z.string(),
      late_of: z.string().optional(),
      revision: z.int().optional(),
    }),
  ),
})
export type BilledInvoice = z.output<typeof invoiceFields>

/** All of its invoices, oldest first. */
export async function invoicesOf(caller: Caller, subscriptionId: string): Promise<BilledInvoice[]> {
  const search = { subscription_id: subscriptionId, limit: 100, sort: [{ field: 'id', direction: 'asc' }] }
  const answer = await caller.call('POST', '/invoices/search', search)
  expect(answer).toMatchObject({ status: 200 })
  return z.object({ items: z.array(invoiceFields) }).parse(answer.body).items
}

/** Its lines as "amount", or "amount of month, revision" of late ones. */
export function linesOf(invoice: BilledInvoice | undefined, all: readonly BilledInvoice[]): string[] {
  const monthOf = (lineId: string) =>
    all.find(({ line_items }) => line_items.some(({ id }) => id === lineId))?.period_start.slice(5, 7)
  return (invoice?.line_items ?? []).map(({ amount, late_of: of, revision }) =>
    of === undefined ? amount : `${amount} of ${monthOf(of)}, ${revision}`,
  )
}

/** The amount of each line, which its explanation gives again. */
export async function explainedAmounts(caller: Caller, invoiceId: string): Promise<string[]> {
  const answer = await caller.call('GET', `/invoices/${invoiceId}/explain`)
  const { lines } = explained.parse(answer.body)
  return lines.map(({ amount, explanation }) => {
    expect(formatDecimal(recomputeLine(explanation))).toBe(amount)
    return amount
  })
}

const explained = z.object({
  lines: z.array(z.object({ amount: z.string(), explanation: z.custom<LineExplanation>() })),
})

/** The instants of the events that are listed as late and not billed. */
export async function listedAsLate(caller: Caller): Promise<string[]> {
  const { body } = await caller.call('GET', '/events/late')
  const { items } = z.object({ items: z.array(z.object({ timestamp: z.string() })) }).parse(body)
  return items.map(({ timestamp }) => timestamp)
}
