import type { EditedPlan, NewSyncPreviewItem } from '@flexprice/database/price-sync'
import type { PreviewedPrice } from '@flexprice/database/tables'
import { assert } from '@flexprice/domain'
import { formatDecimal } from '@flexprice/domain/money'
import { type SyncOutcome, type SyncSkip, syncSkips } from '@flexprice/domain/subscription'
import type { ChargeOutcome } from './calculate-charges.ts'
import type { SyncedFacts } from './sync-in-memory.ts'

/** What a preview keeps of a subscription: its next invoice before and after, and what became of each price. */
export function previewedItem({
  synced,
  plan,
  before,
  after,
}: {
  synced: SyncedFacts
  plan: EditedPlan
  before: ChargeOutcome
  after: ChargeOutcome
}): NewSyncPreviewItem {
  const { subscription } = before.facts
  const prices = effects(synced, plan)
  const of = {
    subscription_id: subscription.id,
    customer_id: subscription.customer_id,
    external_customer_id: subscription.external_customer_id,
    currency: subscription.currency,
    prices,
  }
  const error = failureOf(before) ?? failureOf(after)
  if (error) {
    const none = {
      ...{ reason: null, period_start: null, period_end: null },
      ...{ before: null, after: null, invoice_id: null },
    }
    return { ...of, ...none, outcome: 'failed', error: { code: error.code, message: error.message } }
  }
  return {
    ...of,
    outcome: synced.isTouched ? 'touched' : 'untouched',
    reason: synced.isTouched ? null : reasonOf(prices),
    period_start: 'period' in before ? before.period.start : null,
    period_end: 'period' in before ? before.period.end : null,
    ...amounts(before, after),
    error: null,
  }
}

/** How many pairs of subscription and price came out how, as the sync itself counts them. */
export function countOutcomes(outcomes: SyncedFacts['outcomes']): Record<SyncOutcome, number> {
  const counts: Record<SyncOutcome, number> = {
    added: 0,
    removed: 0,
    incompatible: 0,
    ended: 0,
    overridden: 0,
    ended_by_user: 0,
    in_sync: 0,
  }
  for (const { outcome } of outcomes) counts[outcome] += 1
  return counts
}

/** In how many subscriptions which price bills nothing, and why: by `<price id> <reason>`. */
export function countSkips(outcomes: SyncedFacts['outcomes']): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { priceId, outcome, mismatch } of outcomes) {
    if (isChange(outcome) || outcome === 'in_sync') continue
    const name = `${priceId} ${mismatch ?? outcome}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/**
 * An edited price stands for its successor, too, which says why nothing becomes of the edit. Of the others, as
 * edits that no sync has brought yet, only those that change something are told.
 */
function effects({ outcomes }: SyncedFacts, { editedBySuccessor }: EditedPlan): PreviewedPrice[] {
  const outcomeOf = new Map(outcomes.map(({ priceId, outcome }) => [priceId, outcome]))
  const edited = [...editedBySuccessor].map(([successorId, price]): PreviewedPrice => {
    const successor = outcomeOf.get(successorId)
    assert(successor, 'a sync looks at each edited price')
    const isChanged = isChange(successor) || isChange(outcomeOf.get(price.id))
    return { price_id: price.id, effect: isChanged || isChange(successor) ? 'changed' : successor }
  })
  const known = new Set([...editedBySuccessor].flatMap(([id, price]) => [id, price.id]))
  const others = outcomes
    .filter(({ priceId, outcome }) => !known.has(priceId) && isChange(outcome))
    .map(({ priceId }): PreviewedPrice => ({ price_id: priceId, effect: 'changed' }))
  return [...edited, ...others]
}

function isChange(outcome: SyncOutcome | undefined): outcome is 'added' | 'removed' {
  return outcome === 'added' || outcome === 'removed'
}

/** Of several edits the first reason in the order of the sync's own table. */
function reasonOf(prices: readonly PreviewedPrice[]): SyncSkip {
  const reason = syncSkips.find((skip) => prices.some(({ effect }) => effect === skip))
  assert(reason, 'a subscription without a changed line has a reason')
  return reason
}

/** Without a next billing, as of one that is paused or a draft, there is nothing to pay: that is no failure. */
function failureOf(outcome: ChargeOutcome) {
  return 'error' in outcome && outcome.error.code !== 'invalid_operation' ? outcome.error : undefined
}

/** What is invoiced is changed by nothing any more. */
function amounts(before: ChargeOutcome, after: ChargeOutcome) {
  const invoice_id = 'error' in before ? null : before.invoicedBy
  return invoice_id === null
    ? { invoice_id, before: totalOf(before), after: totalOf(after) }
    : { invoice_id, before: null, after: null }
}

function totalOf(outcome: ChargeOutcome): string {
  return 'error' in outcome ? '0' : formatDecimal(outcome.settlement.amounts.total)
}
