import { z } from 'zod'
import type { ChangePlan, ChangeStep, ModifyLine, MoveTrial, TakeBackEnd } from '../lives/change-step.ts'
import { lineAtWork, pendingSchedule, periodOf, versionAtWork } from '../product/find-rows.ts'
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
  if (step.kind === 'modify-line') return modifyThroughApi({ product, ask, read }, step, key)
  if (step.kind === 'change-plan') return changePlan({ product, ask, read }, step, key)
  if (step.kind === 'move-trial') {
    const at =
      step.time === null
        ? { action: 'immediate' }
        : { action: 'scheduled_date', new_trial_end: instant(step.time) }
    return modify(ask, { id, body: { type: 'trial_end', trial_end_params: at }, key })
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

function bodyOf(step: Exclude<ChangeStep, TakeBackEnd | ModifyLine | ChangePlan | MoveTrial>): object {
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

async function modifyThroughApi(
  { product, ask, read }: Acting,
  step: ModifyLine,
  key: string,
): Promise<void> {
  const { act, quantity, at } = step
  const id = subscriptionOf(product, step)
  const prorated = { proration_behavior: 'create_prorations' }
  if (act === 'add-line') {
    const price_id = await read(() => versionAtWork(product, step, new Date(at)))
    const body = { price_id, quantity, ...prorated }
    await ask({ method: 'POST', path: `/subscriptions/${id}/lineitems`, body, key })
    return
  }
  const line = await read(() => lineAtWork(product, step, new Date(at)))
  if (act === 'end-line') {
    await ask({ method: 'DELETE', path: `/subscriptions/lineitems/${line}`, body: prorated, key })
    return
  }
  const body =
    act === 'own-amount'
      ? {
          type: 'line_item_change',
          line_item_change_params: { line_items: [{ id: line, amount: step.amount }] },
        }
      : { type: 'quantity_change', quantity_change_params: { line_items: [{ id: line, quantity }] } }
  await modify(ask, { id, body, key })
}

async function modify(
  ask: Acting['ask'],
  { id, body, key }: { id: string; body: object; key: string },
): Promise<void> {
  await ask({ method: 'POST', path: `/subscriptions/${id}/modify/preview`, body })
  await ask({ method: 'POST', path: `/subscriptions/${id}/modify/execute`, body, key })
}

async function changePlan({ product, ask, read }: Acting, step: ChangePlan, key: string): Promise<void> {
  const id = subscriptionOf(product, step)
  const body = {
    ...(await read(() => periodOf(product, id))),
    ...{ target_plan_id: product.plans[step.plan], supersede: step.supersedes },
    proration_behavior: step.isProrated ? 'create_prorations' : 'none',
    change_at: step.when === 'now' ? 'immediate' : 'end_of_period',
  }
  const path = `/subscriptions/${id}/change`
  const shown = await ask({ method: 'POST', path: `${path}/preview`, body })
  const made = await ask({ method: 'POST', path: `${path}/execute`, body, key })
  const want = toProrate.parse(shown).proration_details?.net_amount
  const have = prorated.parse(made).proration_applied?.net_amount
  // Of one that waits there is none.
  if (step.when === 'period-end' || want === have) return
  throw new Error(`change-plan was previewed as ${want}, and is ${have}`)
}

const net = z.looseObject({ net_amount: z.string() }).optional()
const toProrate = z.looseObject({ proration_details: net })
const prorated = z.looseObject({ proration_applied: net })
