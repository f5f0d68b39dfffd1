import { z } from 'zod'
import type { ChangeStep } from '../lives/change-step.ts'
import { pendingSchedule } from '../product/find-rows.ts'
import { subscriptionOf } from '../product/product.ts'
import { instant } from '../product/subscription-body.ts'
import type { Acting } from './act-through-api.ts'

/**
 * Changes a subscription over HTTP, once its preview was looked at.
 *
 * @throws what the product refuses with; or where the preview was not what the change is
 */
export async function changeThroughApi(
  { product, ask, read }: Acting,
  step: ChangeStep,
  key: string,
): Promise<void> {
  const id = subscriptionOf(product, step)
  if (step.kind === 'take-back-end') {
    const schedule = await read(() => pendingSchedule(product, id))
    await ask({ method: 'POST', path: `/subscriptions/schedules/${schedule}/cancel`, body: {}, key })
    return
  }
  const path = `/subscriptions/${id}/${step.kind}`
  const body = bodyOf(step)
  const preview = previewed.parse(await ask({ method: 'POST', path: `${path}/preview`, body }))
  const made = executed.parse(await ask({ method: 'POST', path, body, key }))
  if (made.total_credit_amount === undefined || made.total_credit_amount === preview.total_credit_amount)
    return
  const [want, have] = [preview.total_credit_amount, made.total_credit_amount]
  throw new Error(`${step.kind} was previewed as a credit of ${want}, and is one of ${have}`)
}

/** Only a cancellation tells what it has credited. */
const executed = z.looseObject({ total_credit_amount: z.string().optional() })
const previewed = z.looseObject({ total_credit_amount: z.string() })

function bodyOf(step: Exclude<ChangeStep, { kind: 'take-back-end' }>): object {
  const proration_behavior = step.isProrated ? 'create_prorations' : 'none'
  if (step.kind !== 'cancel') {
    const mode = step.when === 'now' ? 'immediate' : 'period_end'
    return { ...(step.kind === 'pause' ? { pause_mode: mode } : { resume_mode: mode }), proration_behavior }
  }
  const { when, isSkipped } = step
  return {
    ...(typeof when === 'string'
      ? { cancellation_type: when === 'now' ? 'immediate' : 'end_of_period' }
      : { cancellation_type: 'scheduled_date', cancel_at: instant(when.time) }),
    ...(isSkipped ? { cancel_immediately_invoice_policy: 'skip' } : {}),
    proration_behavior,
  }
}
