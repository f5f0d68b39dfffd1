import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { recordFields } from '../wire/record-fields.ts'
import { description } from '../wire/text.ts'
import { prorationBehavior } from './subscription-choices.ts'

export const pauseStatus = z.enum(['none', 'active', 'scheduled', 'completed', 'cancelled'])
const pauseMode = z.enum(['immediate', 'scheduled', 'period_end'])
const resumeMode = z.enum(['immediate', 'scheduled', 'auto'])

/** `period_end` waits for the current period's end; the contract's requests begin and end a pause at once. */
const ourMode = z.enum(['immediate', 'period_end'])

export const pauseSubscriptionRequest = z.strictObject({
  proration_behavior: prorationBehavior.default('none'),
  reason: description.default(''),
  metadata: metadata.optional(),
  /** Ours. */
  pause_mode: ourMode.default('immediate'),
})

export type PauseSubscriptionRequest = z.output<typeof pauseSubscriptionRequest>

export const resumeSubscriptionRequest = z.strictObject({
  proration_behavior: prorationBehavior.default('none'),
  metadata: metadata.optional(),
  /** Ours. */
  resume_mode: ourMode.default('immediate'),
})

export type ResumeSubscriptionRequest = z.output<typeof resumeSubscriptionRequest>

const pauseFields = {
  ...recordFields,
  subscription_id: z.string(),
  pause_status: pauseStatus,
  pause_mode: pauseMode,
  pause_start: instant,
  /** When it goes on, or did; none: when somebody says so. */
  pause_end: instant.optional(),
  resume_mode: resumeMode.optional(),
  resumed_at: instant.optional(),
  /** The period in which it was asked for. */
  original_period_start: instant,
  original_period_end: instant,
  reason: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
}

export const subscriptionPauseResponse = z.object(pauseFields).meta({ id: 'SubscriptionPauseResponse' })
export type SubscriptionPauseResponse = z.output<typeof subscriptionPauseResponse>

/** The same inside its subscription's answer. */
export const subscriptionPause = z.object(pauseFields).meta({ id: 'SubscriptionSubscriptionPause' })
