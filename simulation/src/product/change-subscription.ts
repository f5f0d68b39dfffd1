import { createSubscriptionChangeActivities } from '@flexprice/activities/subscription-change'
import type {
  CancellationOrder,
  ChangeOrder,
  SubscriptionChangeInput,
  SubscriptionChangeResult,
} from '@flexprice/contracts/workflows'
import { newestChangeId } from '@flexprice/database/changes'
import { inTransaction } from '@flexprice/database/connection'
import { cancelSchedule } from '@flexprice/database/schedules'
import type { Cancel, ChangePlan, ChangeStep, ModifyLine, MoveTrial } from '../lives/change-step.ts'
import { lineAtWork, pendingSchedule, versionAtWork } from './find-rows.ts'
import { type Product, subscriptionOf } from './product.ts'
import { instant } from './subscription-body.ts'

/**
 * Changes a subscription through what the worker runs, once its preview was looked at.
 *
 * @throws what the product refuses with; or where the preview was not what the change is
 */
export async function changeSubscription(product: Product, step: ChangeStep, now: Date): Promise<void> {
  const subscriptionId = subscriptionOf(product, step)
  if (step.kind === 'take-back-end') {
    const id = await pendingSchedule(product, subscriptionId)
    return inTransaction(product.scoped, (transaction) => cancelSchedule(transaction, id, now))
  }
  const { changeSubscription: change } = createSubscriptionChangeActivities({
    scoped: () => product.scoped,
    events: unheard,
    slicesMax: 1,
  })
  const key = `change-${++changes}`
  const input = {
    subscription_id: subscriptionId,
    request: await orderOf(product, step, now),
    seen_change_id: await newestChangeId(product.scoped, subscriptionId),
    ...{ idempotency_key: key, request_hash: key },
  } satisfies Omit<SubscriptionChangeInput, 'mode'>
  const preview = await change({ ...input, mode: 'preview' })
  const executed = await change({ ...input, mode: 'execute' })
  const [want, have] = [wordsOf(preview), wordsOf(executed)]
  if (want !== have) throw new Error(`${step.kind} was previewed as\n  ${want}\n  and is\n  ${have}`)
}

const unheard = {
  changed: () => undefined,
  schedulesFailed: () => undefined,
  bulkPaged: () => undefined,
  bulkDone: () => undefined,
}
let changes = 0

async function orderOf(
  product: Product,
  step: Exclude<ChangeStep, { kind: 'take-back-end' }>,
  now: Date,
): Promise<ChangeOrder> {
  if (step.kind === 'cancel') return cancellationOrder(step)
  if (step.kind === 'modify-line') return modifyOrder(product, step, now)
  if (step.kind === 'change-plan') return planOrder(product, step)
  if (step.kind === 'move-trial') return trialOrder(step)
  const mode = step.when === 'now' ? 'immediate' : 'period_end'
  const proration_behavior = step.isProrated ? 'create_prorations' : 'none'
  return step.kind === 'pause'
    ? { kind: 'pause', mode, proration_behavior, reason: '', metadata: {} }
    : { kind: 'resume', mode, proration_behavior }
}

export function cancellationOrder({ when, isProrated, isSkipped }: Cancel): CancellationOrder {
  const type = when === 'now' ? 'immediate' : when === 'period-end' ? 'end_of_period' : 'scheduled_date'
  return {
    ...{ kind: 'cancellation', cancellation_type: type, reason: '' },
    cancel_at: typeof when === 'string' ? null : instant(when.time),
    invoice_policy: isSkipped ? 'skip' : 'generate_invoice',
    proration_behavior: isProrated ? 'create_prorations' : 'none',
  }
}

/**
 * All that a preview can say: what is undone has no ids of its own, and how many invoices there are it tells. What it makes,
 * invoices and what comes back to wallets, is shown by a preview alone; what is made is read.
 */
function wordsOf(result: SubscriptionChangeResult): string {
  const { change_id, schedule_id, invoice_ids, invoices, wallet_credits, lines, credits, after, ...rest } =
    result
  // What is to come is shown as it will be; once it waits, the subscription is as it was.
  const isToCome = rest.kind === 'plan_change' && rest.is_scheduled
  return JSON.stringify({
    ...rest,
    after: isToCome ? null : after,
    invoices: invoice_ids.length,
    // The price of a line's own is made with it.
    lines: lines.map(({ id, price_id, ...line }) =>
      rest.kind === 'line_item_change' ? line : { price_id, ...line },
    ),
    credits: credits.map(({ invoice_id, subscription_line_item_id, ...credit }) => credit),
  })
}

async function modifyOrder(product: Product, step: ModifyLine, now: Date): Promise<ChangeOrder> {
  const { act, quantity } = step
  const proration_behavior = 'create_prorations'
  if (act === 'add-line') {
    const price_id = await versionAtWork(product, step, now)
    const none = { price: null, start_date: null, end_date: null, metadata: null }
    return { kind: 'lines', proration_behavior, act: { does: 'add', price_id, quantity, ...none } }
  }
  const line_item_id = await lineAtWork(product, step, now)
  if (act === 'own-amount') {
    const lines = [{ line_item_id, quantity: null, amount: step.amount ?? null }]
    return { kind: 'line_item_change', proration_behavior, lines }
  }
  return act === 'end-line'
    ? { kind: 'lines', proration_behavior, act: { does: 'end', line_item_id, effective_from: null } }
    : { kind: 'quantity_change', proration_behavior, lines: [{ line_item_id, quantity, amount: null }] }
}

function trialOrder({ time }: MoveTrial): ChangeOrder {
  return { kind: 'trial_end', proration_behavior: 'none', trial_end: time === null ? null : instant(time) }
}

function planOrder({ plans }: Product, { plan, when, isProrated, supersedes }: ChangePlan): ChangeOrder {
  return {
    ...{ kind: 'plan_change', target_plan_id: plans[plan], supersede: supersedes, period: null },
    proration_behavior: isProrated ? 'create_prorations' : 'none',
    change_at: when === 'now' ? 'immediate' : 'end_of_period',
  }
}
