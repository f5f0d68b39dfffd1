import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { notBuilt } from '../wire/not-built.ts'
import { identifier } from '../wire/text.ts'
import { subscriptionStatus } from './subscription-choices.ts'

/** Its end alone: states come by cancelling, pausing, resuming and activating, which say what becomes of money. */
export const updateSubscriptionRequest = z
  .strictObject({
    cancel_at: instant.optional(),
    /** False takes back what is scheduled. */
    cancel_at_period_end: z.boolean().optional(),
    parent_subscription_id: notBuilt(identifier),
    status: notBuilt(subscriptionStatus),
  })
  .check((context) => {
    const { cancel_at: at, cancel_at_period_end: atPeriodEnd } = context.value
    if (at === undefined || atPeriodEnd === undefined) return
    const message = 'must be left out beside cancel_at_period_end'
    context.issues.push({ code: 'custom', input: at, path: ['cancel_at'], message })
  })
