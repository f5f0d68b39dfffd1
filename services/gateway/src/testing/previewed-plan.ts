import { priceBody } from '@flexprice/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer, Caller } from './caller-under-test.ts'
import { addCharged, type ChargedSubscription } from './charged-subscription.ts'

export interface PreviewedPlan {
  readonly planId: string
  /** 10 in advance a month, from 2020 on. */
  readonly fixedId: string
  /** 0.5 for each call, from 2020 on. */
  readonly usageId: string
  /** Of the subscription below. */
  readonly first: ChargedSubscription
}

/** A plan with a monthly subscription whose August is not billed yet. */
export async function addPreviewedPlan(caller: Caller): Promise<PreviewedPlan> {
  const first = await addCharged(caller)
  const { prices } = plan.parse((await caller.call('GET', `/plans/${first.planId}`)).body)
  const idOf = (type: string) => prices.find((price) => price.type === type)?.id ?? ''
  return { planId: first.planId, fixedId: idOf('FIXED'), usageId: idOf('USAGE'), first }
}

let subscribers = 0

/** A further subscription of the plan. */
export async function subscribe(
  caller: Caller,
  planId: string,
  {
    externalId = `subscriber-of-preview-${++subscribers}`,
    ...changes
  }: { externalId?: string; billing_period?: string; start_date?: string } = {},
): Promise<string> {
  await caller.create('/customers', { external_id: externalId, name: 'Ada' })
  const { id } = await caller.create('/subscriptions', {
    external_customer_id: externalId,
    plan_id: planId,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: '2026-08-01T00:00:00.000Z',
    ...changes,
  })
  return id
}

export async function addAnnualPrice(caller: Caller, planId: string): Promise<void> {
  const long = { start_date: '2020-01-01T00:00:00Z' }
  await caller.create('/prices', priceBody(planId, { ...long, amount: '100', billing_period: 'ANNUAL' }))
}

export async function lineOf(caller: Caller, subscriptionId: string, priceId: string): Promise<string> {
  const line = await caller.scoped.db
    .selectFrom('subscription_line_items')
    .select('id')
    .where('subscription_id', '=', subscriptionId)
    .where('price_id', '=', priceId)
    .executeTakeFirstOrThrow()
  return line.id
}

/** Makes a preview and waits for it. */
export async function previewOf(caller: Caller, planId: string, prices: readonly object[]): Promise<string> {
  const answer = await caller.call('POST', `/plans/${planId}/sync/preview`, { prices })
  expect(answer).toMatchObject({ status: 202 })
  const { preview_id } = started.parse(answer.body)
  await completed(caller, answer)
  return preview_id ?? ''
}

/** Waits for the workflow that the answer tells of. */
export async function completed(caller: Caller, answer: Answer): Promise<Answer> {
  const { workflow_id, run_id } = started.parse(answer.body)
  const path = `/tasks/result?workflow_id=${workflow_id}&run_id=${run_id}&wait=20s`
  const result = await caller.call('GET', path)
  expect(result).toMatchObject({ body: { status: 'Completed' } })
  return result
}

export function apply(caller: Caller, planId: string, previewId: string): Promise<Answer> {
  return caller.call('POST', `/plans/${planId}/sync/subscriptions`, { preview_id: previewId })
}

export async function itemsOf(caller: Caller, planId: string, previewId: string) {
  const answer = await caller.call('GET', `/plans/${planId}/sync/previews/${previewId}/items?limit=1000`)
  expect(answer).toMatchObject({ status: 200 })
  return items.parse(answer.body).items
}

const plan = z.object({ prices: z.array(z.looseObject({ id: z.string(), type: z.string() })) })
const started = z.object({
  workflow_id: z.string(),
  run_id: z.string(),
  preview_id: z.string().optional(),
})
const items = z.object({
  items: z.array(
    z.looseObject({ subscription_id: z.string(), outcome: z.string(), after: z.string().optional() }),
  ),
})
