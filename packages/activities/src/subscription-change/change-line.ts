import type { ChargeFacts } from '@flexprice/database/calculations'
import type { PriceRow } from '@flexprice/database/catalog'
import { newId } from '@flexprice/database/connection'
import type { BilledTime, ChangeFacts, ComingTerms, RunningLine, TargetPrice } from '@flexprice/domain/change'
import { billedCycle } from '../calculate-charges/billed-cycle.ts'
import {
  createSharedTerms,
  cycleLines,
  type FactLine,
  type SharedTerms,
} from '../calculate-charges/cycle-lines.ts'

/** A subscription's line as a change sees it. */
export interface ChangeLine extends FactLine, RunningLine {
  readonly price: PriceRow
}

export type PlanPrice = PriceRow & TargetPrice

/** A subscription's facts as the rules of changes see them. Of a page what prices share is made once. */
export function changeFacts(
  facts: ChargeFacts,
  billed: readonly BilledTime[],
  shared?: SharedTerms,
): ChangeFacts<ChangeLine> {
  const { subscription } = facts
  const period = { start: subscription.current_period_start, end: subscription.current_period_end }
  const { cycle } = billedCycle(facts, { kind: 'window', window: period })
  const { closes, opens, usage, ...terms } = cycle
  return {
    cycle: terms,
    currency: subscription.currency,
    period,
    planId: subscription.plan_id,
    lines: changeLines(facts, shared),
    billed,
    newLineId: () => newId('lineItem'),
  }
}

export function changeLines(facts: ChargeFacts, shared = createSharedTerms()): ChangeLine[] {
  // Of no invoice in particular: whatever was billed of them counts.
  const none = { reason: 'SUBSCRIPTION_UPDATE', period: { start: new Date(0), end: new Date(0) } } as const
  return cycleLines(facts, shared, none).map((line) => ({
    ...line,
    isOfPlan: line.price.plan_id !== null || line.price.overridden_price_id !== null,
  }))
}

/** Lines whose time an invoice may have billed in advance. */
export function advanceLineIds({ lines }: ChargeFacts): string[] {
  return lines
    .filter(({ price }) => price.type === 'FIXED' && price.invoice_cadence === 'ADVANCE')
    .map(({ line }) => line.id)
}

/**
 * Those of chains that are there after an instant, as a subscription stops at it: what was gone before gives nothing back
 * then, as it would not come again with the subscription.
 */
export function goingLineIds(facts: ChargeFacts, at: Date): string[] {
  const going = new Set(facts.lines.flatMap(({ line, chain }) => (isThereAfter(line, at) ? [chain] : [])))
  const chainOf = new Map(facts.lines.map(({ line, chain }) => [line.id, chain]))
  return advanceLineIds(facts).filter((id) => going.has(chainOf.get(id) ?? ''))
}

function isThereAfter(
  { start_date: start, end_date: end }: ChargeFacts['lines'][number]['line'],
  at: Date,
): boolean {
  return end === null || (end > at && end > start)
}

export function planPrices(prices: readonly PriceRow[]): PlanPrice[] {
  const { termsOf } = createSharedTerms()
  return prices.map((price) => ({ ...price, terms: termsOf(price), metering: null }))
}

/** A change charges no usage, so that nothing is measured of the line. */
export function comingLine({ terms, metering, ...price }: PlanPrice, line: ComingTerms): ChangeLine {
  return { ...line, price, terms, metering }
}
