import { z } from 'zod'
import { cronBilling } from './cron-billing.ts'
import { defineContract } from './define-contract.ts'

const id = z.string().min(1)

const input = z.discriminatedUnion('kind', [
  /** Of the schedule, of no tenant: starts the next of these for each environment that has due work. */
  z.strictObject({ kind: z.literal('tick') }),
  /** Whatever is due in the environment by its clock. */
  z.strictObject({ kind: z.literal('due') }),
  /** One that was asked for: stored first, with what it may bill. */
  z.strictObject({ kind: z.literal('run'), billing_run_id: id }),
])

const count = z.number().int().nonnegative()

const tick = z.strictObject({ environments_started: count })

/** Amounts are decimal texts. */
const run = z.strictObject({
  /** Null when nothing was due, of which nothing is kept. */
  billing_run_id: z.string().nullable(),
  subscriptions_billed: count,
  subscriptions_failed: count,
  invoices_created: count,
  invoices_finalized: count,
  totals: z.array(z.strictObject({ currency: z.string(), invoices: count, total: z.string() })),
})

const result = z.union([tick, run])

const progress = z.strictObject({
  subscriptions_due: count,
  subscriptions_billed: count,
  subscriptions_failed: count,
  invoices_created: count,
  invoices_finalized: count,
  percent: z.number().min(0).max(100),
})

export const cronBillingContract = defineContract({
  definition: cronBilling,
  input,
  result,
  progress,
  workflowId: (environmentId, request) =>
    request.kind === 'run'
      ? `billing:${environmentId}:${request.billing_run_id}`
      : `billing:${environmentId}`,
  entityId: (request) => (request.kind === 'run' ? request.billing_run_id : 'due'),
})

export type CronBillingInput = z.infer<typeof input>
export type CronBillingResult = z.infer<typeof result>
export type CronBillingTick = z.infer<typeof tick>
export type CronBillingRun = z.infer<typeof run>
