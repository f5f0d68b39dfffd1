import {
  type CalculationRow,
  getCalculation,
  type NewCalculationItem,
  nextCalculationPage,
  readChargeFacts,
  writeCalculationPage,
} from '@flexprice/database/calculations'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import { Context } from '@temporalio/activity'
import { atBoundary } from '../subscription-change/at-boundary.ts'
import type { CycleChoice } from './billed-cycle.ts'
import { type ChargeOutcome, calculateCharges } from './calculate-charges.ts'
import { calculatedItem, createLinesOf } from './calculated-item.ts'
import type { CalculateChargesDependencies } from './dependencies.ts'
import { writeForecasts } from './forecasts.ts'

/** Short enough for locks, progress and memory, long enough to cost nothing. */
const subscriptionsPerPageMax = 500
const halvingsMax = 9

/**
 * Each page is one transaction that also moves the slice's cursor, so that a killed worker's next attempt goes
 * on behind the last whole page. All pages count the events that the calculation was pinned to. Stops between pages when it is cancelled or its
 * worker shuts down.
 */
export async function calculateSlice(
  { scoped, events }: CalculateChargesDependencies,
  { calculationId, slice }: { calculationId: string; slice: number },
): Promise<void> {
  const context = Context.current()
  const handle = scoped()
  const calculation = await getCalculation(handle, calculationId)
  const now = await readNow(handle)
  // Half as much at each further attempt: a page may have been too slow for its time limit.
  const subscriptionsMax = Math.max(
    1,
    Math.floor(subscriptionsPerPageMax / 2 ** Math.min(context.info.attempt - 1, halvingsMax)),
  )
  for (;;) {
    context.cancellationSignal.throwIfAborted()
    const { items, taken } = await inTransaction(handle, (transaction) =>
      calculatePage(transaction, { calculation, slice, subscriptionsMax, now }),
    )
    events.calculated(items)
    context.heartbeat()
    if (taken < subscriptionsMax) return
  }
}

interface CalculatePage {
  readonly calculation: CalculationRow
  readonly slice: number
  readonly subscriptionsMax: number
  readonly now: Date
}

async function calculatePage(
  transaction: Scoped,
  calculate: CalculatePage,
): Promise<{ items: readonly NewCalculationItem[]; taken: number }> {
  const { calculation, now } = calculate
  const page = await nextCalculationPage(transaction, calculate)
  const { outcomes, draftIds } = calculation.creates_drafts
    ? await writeForecasts(transaction, page.subscriptionIds, { seenBy: calculation.usage_snapshot, now })
    : { outcomes: await rateAtBoundary(transaction, page.subscriptionIds, calculate), draftIds: noDrafts }
  const linesOf = createLinesOf()
  const items = outcomes.map((outcome) =>
    calculatedItem(outcome, { invoiceId: draftIds.get(outcome.facts.subscription.id) ?? null, linesOf }),
  )
  await writeCalculationPage(transaction, { calculationId: calculation.id, page, items, now })
  return { items, taken: page.subscriptionIds.length }
}

const noDrafts: ReadonlyMap<string, string> = new Map()

/** To be told only: the next invoices as their boundaries will have the subscriptions. */
async function rateAtBoundary(
  transaction: Scoped,
  subscriptionIds: readonly string[],
  { calculation, now }: CalculatePage,
): Promise<ChargeOutcome[]> {
  const facts = await readChargeFacts(transaction, subscriptionIds)
  const choice = choiceOf(calculation)
  const rating = { choiceOf: () => choice, seenBy: calculation.usage_snapshot }
  return await atBoundary(transaction, facts, { choice, now }, (within, some) =>
    calculateCharges(within, some, rating),
  )
}

function choiceOf({ period_start: start, period_end: end }: CalculationRow): CycleChoice {
  return start && end ? { kind: 'named', window: { start, end } } : { kind: 'next' }
}
