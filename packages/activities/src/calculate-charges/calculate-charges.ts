import {
  type ChargeFacts,
  type LateUsage,
  readBilledBefore,
  type WrittenDraft,
} from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import { CodedError, errorCodes, isCodedError } from '@flexprice/domain'
import {
  type CycleCharge,
  type CyclePlan,
  createCyclePlanner,
  type PlanCycle,
  rateCycle,
} from '@flexprice/domain/cycle'
import type { Settlement } from '@flexprice/domain/invoice'
import type { Grid } from '@flexprice/domain/time'
import type { UsageQuestion } from '@flexprice/domain/usage'
import {
  type InvoicedCharge,
  refuseTooLarge,
  settleCharges,
  type WithLineId,
  withLineIds,
} from '../invoicing/draft-invoice.ts'
import { writtenCharge } from '../invoicing/written-charge.ts'
import { type BilledCycle, billedCycle, type CycleChoice } from './billed-cycle.ts'
import { wantedInvoice } from './closed-boundary.ts'
import { createSharedTerms, cycleLines, type FactLine, type SharedTerms } from './cycle-lines.ts'
import { inHalves } from './in-halves.ts'
import { finalQuestions, type PlannedFinal, planFinals, type RatedLate, rateFinals } from './late-usage.ts'

export interface SubscriptionCharges extends Pick<BilledCycle, 'reason' | 'period' | 'opens' | 'billsLate'> {
  readonly facts: ChargeFacts
  /** That the usage was rated on. */
  readonly grid: Grid
  /** What the invoice's draft has of FIXED lines: it stays, and none is among the charges. */
  readonly written: readonly WithLineId<InvoicedCharge>[]
  /** With the id that each would have as an invoice's line. */
  readonly charges: readonly WithLineId<CycleCharge<FactLine> & Pick<InvoicedCharge, 'late'>>[]
  /** What late events have changed of final invoices, as far as it is no charge of this one; null: none were looked at. */
  readonly late: Pick<RatedLate, 'credits'> | null
  /** Whether there is a draft that the charges take the place of, also where they are none. */
  readonly hasForecast: boolean
  /** Whether there may be its invoice, draft or closed. */
  readonly mayBeThere: boolean
  /** The id of the closed invoice that has billed the next cycle before its time: these charges are never made. */
  readonly invoicedBy: string | null
  /** Of an invoice of late usage alone; else empty. */
  readonly requestKey: string
  /** Of both. */
  readonly settlement: Settlement
}

/** One that cannot be rated has its error, and does not stop the others. */
export type ChargeOutcome = SubscriptionCharges | Failed

export interface ChargeChoices {
  readonly choiceOf: (facts: ChargeFacts) => CycleChoice
  /** A `pg_snapshot`: only events that it sees are counted; null: all that are there. */
  readonly seenBy: string | null
  /** True to hold the drafts that have FIXED lines of theirs until the caller's transaction ends. */
  readonly lock?: boolean
}

/**
 * What each subscription is charged: the one function of previews, calculations, drafts, finalizations and
 * billing cycles. Their usage is one question to the event store, or a few where it is more than is held at once;
 * all else is computed in memory, from facts that `readChargeFacts` has read. In the order of the facts.
 */
export async function calculateCharges(
  scoped: Scoped,
  slice: readonly ChargeFacts[],
  { choiceOf, seenBy, lock = false }: ChargeChoices,
): Promise<ChargeOutcome[]> {
  const billed = slice.map((facts) =>
    orError(facts, () => {
      const choice = choiceOf(facts)
      return { facts, billed: billedCycle(facts, choice), isNext: choice.kind === 'next' }
    }),
  )
  const before = { wanted: billed.flatMap(invoiceOf), carriers: billed.flatMap(carrierOf) }
  const { drafts, closed, forecasts, finals } = await readBilledBefore(scoped, before, { lock })
  const shared = { terms: createSharedTerms(), plan: createCyclePlanner() }
  const planned = billed.map((one) => {
    if ('error' in one) return one
    const { id } = one.facts.subscription
    return orError(one.facts, () =>
      planOne(one, {
        ...{ draft: drafts.get(id), closed: closed.get(id), late: finals.get(id) ?? null, shared },
        hasForecast: forecasts.has(id),
      }),
    )
  })
  return inHalves(
    planned,
    (some) => rateAll(scoped, some, seenBy),
    ({ facts }, error) => ({ facts, error }),
  )
}

interface Failed {
  readonly facts: ChargeFacts
  readonly error: CodedError
}

interface Billed {
  readonly facts: ChargeFacts
  readonly billed: BilledCycle
  readonly isNext: boolean
}

/** Which invoice its draft would be; what lies in any window is none. */
function invoiceOf(one: Billed | Failed) {
  if ('error' in one || one.billed.cycle.usage === 'within' || isLateAlone(one.billed)) return []
  return [wantedInvoice(one.facts, one.billed)]
}

function carrierOf(one: Billed | Failed) {
  if ('error' in one || !one.billed.billsLate) return []
  // One of late usage alone is no draft that could have late lines already.
  const { start, end } = isLateAlone(one.billed) ? { start: null, end: null } : one.billed.period
  return [{ subscription_id: one.facts.subscription.id, period_start: start, period_end: end }]
}

function isLateAlone({ billsLate, cycle }: BilledCycle): boolean {
  return billsLate && cycle.closes === null
}

interface Planned
  extends Omit<Billed, 'isNext'>,
    Pick<SubscriptionCharges, 'hasForecast' | 'invoicedBy' | 'mayBeThere'> {
  readonly plan: CyclePlan<FactLine>
  readonly written: readonly WithLineId<InvoicedCharge>[]
  readonly finals: readonly PlannedFinal[]
  readonly late: LateUsage | null
}

/** What the subscriptions of a page have in common. */
interface Shared {
  readonly terms: SharedTerms
  readonly plan: PlanCycle
}

/** Of a draft that billing has written its USAGE lines alone are rated, on the grid kept with it. */
function planOne(
  { facts, billed, isNext }: Billed,
  {
    draft,
    closed,
    late,
    shared,
    hasForecast,
  }: {
    draft: WrittenDraft | undefined
    closed: string | undefined
    late: LateUsage | null
    shared: Shared
    hasForecast: boolean
  },
): Planned {
  const invoicedBy = (isNext && closed) || null
  const lines = cycleLines(facts, shared.terms, billed)
  const finals = late ? planFinals(facts, late, shared.terms) : []
  const isUnknown = invoiceOf({ facts, billed, isNext }).length === 0
  const mayBeThere = hasForecast || draft !== undefined || closed !== undefined || isUnknown
  const of = { facts, billed, invoicedBy, finals, late, hasForecast, mayBeThere }
  if (!draft) return { ...of, plan: shared.plan(billed.cycle, lines), written: [] }
  const plan = shared.plan({ ...billed.cycle, grid: draft.grid ?? billed.cycle.grid }, lines)
  const written = draft.lines.map(writtenCharge)
  return { ...of, plan: { ...plan, fixed: [] }, written }
}

/** @throws invalid_operation when their usage has more parts than are held at once */
async function rateAll(
  scoped: Scoped,
  planned: readonly (Planned | Failed)[],
  seenBy: string | null,
): Promise<ChargeOutcome[]> {
  const answers = await aggregateUsage(scoped, planned.flatMap(questionsOf), seenBy)
  let asked = 0
  return planned.map((one) => {
    if ('error' in one) return one
    const from = asked
    asked += questionsOf(one).length
    return orError(one.facts, () => rated(one, answers.slice(from, asked)))
  })
}

function questionsOf(one: Planned | Failed): readonly UsageQuestion[] {
  if ('error' in one) return []
  return one.finals.length === 0 ? one.plan.questions : [...one.plan.questions, ...finalQuestions(one.finals)]
}

function rated(
  { facts, billed, invoicedBy, plan, written, finals, late, hasForecast, mayBeThere }: Planned,
  answers: Parameters<typeof rateCycle>[1],
): SubscriptionCharges {
  const own = plan.questions.length
  const changed = rateFinals(facts, finals, answers.slice(own))
  const charges = withLineIds([...rateCycle(plan, answers.slice(0, own)), ...changed.charges])
  const all = [...written, ...charges]
  refuseTooLarge(all)
  const { reason, period, opens, billsLate } = billed
  const settlement = settleCharges(facts.subscription.currency, all)
  return {
    ...{
      facts,
      reason,
      period,
      billsLate,
      grid: plan.grid,
      opens,
      written,
      charges,
      settlement,
      invoicedBy,
      hasForecast,
      mayBeThere,
    },
    late: late && { credits: changed.credits },
    requestKey: late && isLateAlone(billed) ? `late-${late.ownInvoices + 1}` : '',
  }
}

/**
 * What is wrong with the one subscription. The work is pure, so that another try would fail alike: what nobody
 * expected (an assertion) is the subscription's too, and is told without its insides.
 */
function orError<Result>(facts: ChargeFacts, work: () => Result): Result | Failed {
  try {
    return work()
  } catch (cause) {
    if (isCodedError(cause)) return { facts, error: cause }
    return { facts, error: new CodedError('internal_error', errorCodes.internal_error.title, { cause }) }
  }
}
