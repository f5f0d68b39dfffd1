import type { ChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import { CodedError, errorCodes, isCodedError } from '@flexprice/domain'
import { type CycleCharge, type CyclePlan, planCycle, rateCycle } from '@flexprice/domain/cycle'
import type { Settlement } from '@flexprice/domain/invoice'
import type { Period } from '@flexprice/domain/time'
import type { UsageQuestion } from '@flexprice/domain/usage'
import { refuseTooLarge, settleCharges, type WithLineId, withLineIds } from '../invoicing/draft-invoice.ts'
import { type BilledCycle, billedCycle, type CycleChoice } from './billed-cycle.ts'
import { createTermsOfPrice, cycleLines, type FactLine } from './cycle-lines.ts'
import { inHalves } from './in-halves.ts'

export interface SubscriptionCharges extends Pick<BilledCycle, 'reason' | 'period'> {
  readonly facts: ChargeFacts
  /** The period that begins with it; null where none does. */
  readonly opens: Period | null
  /** With the id that each would have as an invoice's line. */
  readonly charges: readonly IdentifiedCharge[]
  readonly settlement: Settlement
}

type IdentifiedCharge = WithLineId<CycleCharge<FactLine>>

/** One that cannot be rated has its error, and does not stop the others. */
export type ChargeOutcome = SubscriptionCharges | { readonly facts: ChargeFacts; readonly error: CodedError }

/**
 * What each subscription is charged: the one function of previews, calculations, drafts, finalizations and
 * billing cycles. Their usage is one question to the event store, or a few where it is more than is held at once;
 * all else is computed in memory, from facts that `readChargeFacts` has read. In the order of the facts.
 *
 * @param seenBy a `pg_snapshot`: only events that it sees are counted; null: all that are there
 */
export async function calculateCharges(
  scoped: Scoped,
  slice: readonly ChargeFacts[],
  { choiceOf, seenBy }: { choiceOf: (facts: ChargeFacts) => CycleChoice; seenBy: string | null },
): Promise<ChargeOutcome[]> {
  const termsOf = createTermsOfPrice()
  const planned = slice.map((facts) =>
    orError(facts, () => {
      const billed = billedCycle(facts, choiceOf(facts))
      return { facts, billed, plan: planCycle(billed.cycle, cycleLines(facts, termsOf, billed)) }
    }),
  )
  return inHalves(
    planned,
    (some) => rateAll(scoped, some, seenBy),
    ({ facts }, error) => ({ facts, error }),
  )
}

/** @throws invalid_operation when their usage has more parts than are held at once */
async function rateAll(
  scoped: Scoped,
  planned: readonly (Planned | { readonly facts: ChargeFacts; readonly error: CodedError })[],
  seenBy: string | null,
): Promise<ChargeOutcome[]> {
  const answers = await aggregateUsage(scoped, planned.flatMap(questionsOf), seenBy)
  let asked = 0
  return planned.map((one) => {
    if ('error' in one) return one
    const from = asked
    asked += one.plan.questions.length
    return orError(one.facts, () => rated(one, answers.slice(from, asked)))
  })
}

interface Planned {
  readonly facts: ChargeFacts
  readonly billed: BilledCycle
  readonly plan: CyclePlan<FactLine>
}

function questionsOf(one: Planned | { readonly error: CodedError }): readonly UsageQuestion[] {
  return 'error' in one ? [] : one.plan.questions
}

function rated(
  { facts, billed, plan }: Planned,
  answers: Parameters<typeof rateCycle>[1],
): SubscriptionCharges {
  const charges = withLineIds(rateCycle(plan, answers))
  refuseTooLarge(charges)
  const settlement = settleCharges(facts.subscription.currency, charges)
  const { reason, period, cycle } = billed
  return { facts, reason, period, opens: cycle.opens, charges, settlement }
}

/**
 * What is wrong with the one subscription. The work is pure, so that another try would fail alike: what nobody
 * expected (an assertion) is the subscription's too, and is told without its insides.
 */
function orError<Result>(
  facts: ChargeFacts,
  work: () => Result,
): Result | { readonly facts: ChargeFacts; readonly error: CodedError } {
  try {
    return work()
  } catch (cause) {
    if (isCodedError(cause)) return { facts, error: cause }
    return { facts, error: new CodedError('internal_error', errorCodes.internal_error.title, { cause }) }
  }
}
