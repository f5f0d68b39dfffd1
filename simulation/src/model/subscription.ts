import type { Plan } from '../lives/change-step.ts'
import type { Subscribe } from '../lives/step.ts'
import type { Bill } from './bill-money.ts'
import type { ExpectedLine } from './fixed.ts'
import { addDays, calendarAnchor, type Grid, intervalAt, type Span } from './grid.ts'
import type { Chain, Line, Part, Stretch } from './lines.ts'
import type { Pause } from './pauses.ts'

/** A subscription as the rules have it, and all that it was billed. */
export interface Subscription {
  readonly id: number
  readonly grid: Grid
  readonly isProrated: boolean
  /** When it was made. */
  readonly createdAt: number
  readonly start: number
  /** Infinity for none. A cancellation moves it. */
  end: number
  /** That it was made with. */
  readonly ownEnd: number
  cancellation: Cancellation | null
  /** When somebody asked for its last change. */
  lastChangeAt: number | null
  readonly trialEnd: number | null
  status: 'trialing' | 'active' | 'paused' | 'cancelled'
  /** In order; the last one may be to come. */
  pauses: readonly Pause[]
  current: Span
  /** When billing next has something to do; null for never more. */
  dueAt: number | null
  plan: Plan
  /** Since when it has the plan. */
  planSince: number
  /** That waits for the period's end. */
  pendingPlan: { readonly plan: Plan; readonly at: number } | null
  /** Lines of plans that it has no more, or had before. */
  formerLines: readonly Line[]
  /** The plan's chains as its last sync, or its creation, has seen them. */
  chains: Map<number, Chain>
  /** Of the chains that somebody has touched; the others have one from the start on. */
  stretches: Map<number, readonly Stretch[]>
  /** What syncs have left out of a chain. */
  readonly leftOut: Map<number, ReadonlySet<Part>>
  /** The chains that it has, or had, money of its own for. */
  readonly overridden: Set<number>
  /** In the order in which they were written. */
  readonly invoices: Invoice[]
}

/** That ends it, or is to. */
export interface Cancellation {
  readonly at: number
  /** Of the period that it cuts. */
  readonly isProrated: boolean
  /** It was said ahead, and its credit comes with that boundary. */
  readonly isToCome: boolean
  /** What was used and owed since the last invoice is left unbilled. */
  readonly isSkipped: boolean
}

export type Reason =
  | 'SUBSCRIPTION_CREATE'
  | 'SUBSCRIPTION_CYCLE'
  | 'SUBSCRIPTION_TRIAL_START'
  | 'SUBSCRIPTION_TRIAL_END'
  | 'SUBSCRIPTION_UPDATE'

export interface Invoice {
  readonly reason: Reason
  readonly period: Span
  /** The whole interval of the grid that a cycle's usage is of. */
  readonly interval: Span
  fixed: readonly ExpectedLine[]
  usage: readonly ExpectedLine[]
  /** The windows of its USAGE lines. */
  metered: readonly (Span & { readonly meter: number })[]
  status: 'DRAFT' | 'FINALIZED' | 'SKIPPED' | 'VOIDED'
  /** Whether a draft was made in its place. */
  isReplaced: boolean
  /** Once it is closed, or what it bills in advance was lowered before. */
  bill: Bill | null
  /** Of a draft that waits for late events. */
  finalizeAt: number | null
  /** The events that its last rating has seen. */
  seen: number
}

/** The beginning of a subscription (billing rules, sections 2 and 7), before its first invoice. */
export function begin(
  { subscription, terms }: Subscribe,
  now: number,
  chains: Map<number, Chain>,
): Subscription {
  const { period, count, zone, start, trialDays, isProrated } = terms
  const end = terms.end ?? Infinity
  const trialEnd = trialDays > 0 ? Math.min(addDays(start, trialDays, zone), end) : null
  const paidFrom = trialEnd ?? start
  const byCycle = terms.cycle === 'calendar' ? calendarAnchor(start, terms) : paidFrom
  const grid = { anchor: terms.anchor ?? byCycle, period, count, zone }
  const current = trialEnd === null ? periodFrom(grid, start, end) : { start, end: trialEnd }
  return {
    ...{ id: subscription, grid, isProrated, createdAt: now, start, end, trialEnd, current, chains },
    ...{ ownEnd: end, cancellation: null, lastChangeAt: null, pauses: [] },
    ...{ plan: 0, planSince: start, pendingPlan: null, formerLines: [] },
    status: trialEnd === null ? 'active' : 'trialing',
    dueAt: start > now ? start : current.end,
    stretches: new Map(),
    leftOut: new Map(),
    overridden: new Set(),
    invoices: [],
  }
}

/** From an instant to the next point of the grid, or the end. */
export function periodFrom(grid: Grid, start: number, end: number): Span {
  return { start, end: Math.min(intervalAt(grid, start).end, end) }
}

export function stretchesOf({ planSince, stretches }: Subscription, chain: number): readonly Stretch[] {
  return stretches.get(chain) ?? [{ start: planSince, end: Infinity, quantity: '1', own: null }]
}
