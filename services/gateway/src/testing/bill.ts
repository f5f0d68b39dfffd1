import { expect } from 'vitest'
import { z } from 'zod'
import type { Caller } from './caller-under-test.ts'

const started = z.object({ workflow_id: z.string(), billing_run_id: z.string() })
const ran = z.looseObject({ id: z.string(), status: z.string() })
const invoices = z.object({
  items: z.array(
    z.looseObject({
      id: z.string(),
      billing_reason: z.string(),
      invoice_status: z.string(),
      period_start: z.string(),
      period_end: z.string(),
      created_at: z.string(),
      total: z.string(),
      invoice_number: z.string().optional(),
    }),
  ),
})

export type BilledInvoice = z.output<typeof invoices>['items'][number]

/** Starts a billing run, and does not wait for it. */
export async function startBilling(
  caller: Caller,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<z.output<typeof started>> {
  const answer = await caller.call('POST', '/billing/runs', body, headers)
  expect(answer).toMatchObject({ status: 202 })
  return started.parse(answer.body)
}

/** A billing run that has ended, as `GET /billing/runs/{id}` tells it. */
export async function runOf(caller: Caller, { workflow_id, billing_run_id }: z.output<typeof started>) {
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  return ran.parse((await caller.call('GET', `/billing/runs/${billing_run_id}`)).body)
}

/** Bills what is due, to the end. */
export async function bill(caller: Caller, body: object = {}) {
  const run = await runOf(caller, await startBilling(caller, body))
  expect(run).toMatchObject({ status: 'COMPLETED' })
  return run
}

/** The subscription's invoices of whatever reason, by the beginning of their period. */
export async function invoicesOf(caller: Caller, subscriptionId: string): Promise<BilledInvoice[]> {
  const body = { subscription_id: subscriptionId, limit: 200 }
  const answer = await caller.call('POST', '/invoices/search', {
    ...body,
    sort: [{ field: 'period_start', direction: 'asc' }],
  })
  expect(answer).toMatchObject({ status: 200 })
  return invoices.parse(answer.body).items
}

/** Those of the periods that have ended. */
export async function cyclesOf(caller: Caller, subscriptionId: string): Promise<BilledInvoice[]> {
  const all = await invoicesOf(caller, subscriptionId)
  return all.filter(({ billing_reason: reason }) => reason === 'SUBSCRIPTION_CYCLE')
}

/** An instant as short as it is unmistakable: without what is zero. */
export function day(instant: string): string {
  return instant.replace('T00:00:00.000Z', '').replace(':00.000Z', 'Z')
}
