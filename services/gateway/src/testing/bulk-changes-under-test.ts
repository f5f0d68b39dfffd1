import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer, Caller } from './caller-under-test.ts'
import { completed } from './previewed-plan.ts'

const started = z.looseObject({ workflow_id: z.string(), bulk_change_id: z.string() })

/** Previews a change of many subscriptions and waits for it. @returns its id */
export async function previewBulk(caller: Caller, body: object): Promise<string> {
  const order = { proration_behavior: 'create_prorations', ...body }
  const answer = await caller.call('POST', '/subscriptions/change/bulk/preview', order)
  expect(answer).toMatchObject({ status: 202 })
  await completed(caller, answer)
  return started.parse(answer.body).bulk_change_id
}

export function executeBulk(caller: Caller, bulkChangeId: string): Promise<Answer> {
  return caller.call('POST', '/subscriptions/change/bulk', { bulk_change_id: bulkChangeId })
}

/** Executes what was previewed, to the end. */
export async function executeWhole(caller: Caller, bulkChangeId: string): Promise<Answer> {
  const answer = await executeBulk(caller, bulkChangeId)
  expect(answer).toMatchObject({ status: 202 })
  return completed(caller, answer)
}

export async function bulkOf(caller: Caller, bulkChangeId: string): Promise<unknown> {
  return (await caller.call('GET', `/subscriptions/change/bulk/${bulkChangeId}`)).body
}

const items = z.object({
  items: z.array(
    z.looseObject({
      subscription_id: z.string(),
      outcome: z.string(),
      credit_amount: z.string().optional(),
      charge_amount: z.string().optional(),
      net_amount: z.string().optional(),
      error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
})

/** Each subscription's item, by its id. */
export async function bulkItemsOf(caller: Caller, bulkChangeId: string) {
  const answer = await caller.call('GET', `/subscriptions/change/bulk/${bulkChangeId}/items?limit=1000`)
  expect(answer).toMatchObject({ status: 200 })
  return new Map(items.parse(answer.body).items.map((item) => [item.subscription_id, item]))
}
