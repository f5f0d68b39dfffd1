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
  /** Moves the environment's test clock to an instant, RFC 3339, and bills what falls due on the way. */
  z.strictObject({ kind: z.literal('clock'), to: z.iso.datetime() }),
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
  /** That waited for a boundary and can never be made: it was billed without them. */
  scheduled_changes_failed: count.default(0),
  totals: z.array(z.strictObject({ currency: z.string(), invoices: count, total: z.string() })),
})

/** From where the clock was moved, and to where. */
const clock = z.strictObject({ from: z.string(), to: z.string(), ...run.shape })

const result = z.union([tick, clock, run])

const progress = z.strictObject({
  subscriptions_due: count,
  subscriptions_billed: count,
  subscriptions_failed: count,
  invoices_created: count,
  invoices_finalized: count,
  /** Of a move of the clock: where it stands, and by that how much of its way is behind it. */
  now: z.string().optional(),
  percent: z.number().min(0).max(100),
})

export const cronBillingContract = defineContract({
  definition: cronBilling,
  input,
  result,
  progress,
  workflowId: (environmentId, request) => {
    switch (request.kind) {
      case 'run':
        return `billing:${environmentId}:${request.billing_run_id}`
      case 'clock':
        return `billing-clock:${environmentId}`
      default:
        return `billing:${environmentId}`
    }
  },
  // A second instant is no news for the move to the first one.
  whenRunning: ({ kind }) => (kind === 'clock' ? { policy: 'refuse' } : cronBilling.whenRunning),
  entityId: (request) => (request.kind === 'run' ? request.billing_run_id : request.kind),
})

export type CronBillingInput = z.infer<typeof input>
export type CronBillingResult = z.infer<typeof result>
export type CronBillingTick = z.infer<typeof tick>
export type CronBillingMove = z.infer<typeof clock>
export type CronBillingRun = z.infer<typeof run>
