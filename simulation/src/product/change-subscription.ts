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
import type { Cancel, ChangeStep } from '../lives/change-step.ts'
import { pendingSchedule } from './find-rows.ts'
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
    request: orderOf(step),
    seen_change_id: await newestChangeId(product.scoped, subscriptionId),
    ...{ idempotency_key: key, request_hash: key },
  } satisfies Omit<SubscriptionChangeInput, 'mode'>
  const preview = await change({ ...input, mode: 'preview' })
  const executed = await change({ ...input, mode: 'execute' })
  const [want, have] = [wordsOf(preview), wordsOf(executed)]
  if (want !== have) throw new Error(`${step.kind} was previewed as\n  ${want}\n  and is\n  ${have}`)
}

const unheard = { changed: () => undefined, bulkPaged: () => undefined, bulkDone: () => undefined }
let changes = 0

function orderOf(step: Exclude<ChangeStep, { kind: 'take-back-end' }>): ChangeOrder {
  if (step.kind === 'cancel') return cancellationOrder(step)
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

/** All that a preview can say: what is undone has no ids of its own, and how many invoices there are it tells. */
function wordsOf(result: SubscriptionChangeResult): string {
  const { change_id, schedule_id, invoice_ids, invoices, lines, credits, ...rest } = result
  return JSON.stringify({
    ...rest,
    invoices: invoice_ids.length,
    lines: lines.map(({ id, ...line }) => line),
    credits: credits.map(({ invoice_id, subscription_line_item_id, ...credit }) => credit),
  })
}
