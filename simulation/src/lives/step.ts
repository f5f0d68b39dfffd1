import type { ChangeStep, Plan } from './change-step.ts'
import type { MoneyStep } from './money-step.ts'
import type { Period } from './period.ts'

/**
 * A life is data: steps in order of time, each an act or the passing of time. Any of them can be left out, and the
 * rest is still a life; that is how a failing one is shrunk. Instants are milliseconds since 1970, money and
 * quantities decimal texts. Subscriptions, chains of prices and meters are named by small numbers.
 */
export type Step =
  | AddPrice
  | EditPrice
  | EndPrice
  | AllowUsage
  | SyncPrices
  | Subscribe
  | ChangeQuantity
  | EndLine
  | AddLine
  | OverridePrice
  | SendEvents
  | VoidEvent
  | BillOnce
  | VoidOneOff
  | ReviseInvoice
  | MoneyStep
  | ChangeStep
  | Disturb
  | Wait

interface At {
  readonly at: number
}

export interface AddPrice extends At {
  readonly kind: 'add-price'
  /** Of plan 0, where nothing else is said. */
  readonly plan?: Plan
  readonly chain: number
  readonly price: PriceTerms
  readonly start: number
}

/** New money from an instant on, which may lie behind or ahead. */
export interface EditPrice extends At {
  readonly kind: 'edit-price'
  readonly chain: number
  readonly money: Money
  readonly from: number
  /** In each subscription that runs then it comes with that one's next period; it begins with the edit. */
  readonly isWaiting?: boolean
}

export interface EndPrice extends At {
  readonly kind: 'end-price'
  readonly chain: number
  readonly end: number
}

/** Free usage of a meter, in each billing period, day or once for all time. */
export interface AllowUsage extends At {
  readonly kind: 'allow-usage'
  readonly meter: number
  readonly limit: number
  readonly reset: Allowance['reset']
}

export interface Allowance {
  readonly limit: number
  readonly reset: 'BILLING_PERIOD' | 'NEVER'
}

export interface SyncPrices extends At {
  readonly kind: 'sync-prices'
}

export interface Subscribe extends At {
  readonly kind: 'subscribe'
  readonly subscription: number
  readonly terms: SubscriptionTerms
}

export interface ChangeQuantity extends At {
  readonly kind: 'change-quantity'
  readonly subscription: number
  readonly chain: number
  readonly quantity: string
}

export interface EndLine extends At {
  readonly kind: 'end-line'
  readonly subscription: number
  readonly chain: number
}

/** Of a chain that the subscription has no line of any more. */
export interface AddLine extends At {
  readonly kind: 'add-line'
  readonly subscription: number
  readonly chain: number
  readonly quantity: string
}

/** Money of the subscription's own in place of the plan's. */
export interface OverridePrice extends At {
  readonly kind: 'override-price'
  readonly subscription: number
  readonly chain: number
  readonly money: Money
}

export interface SendEvents extends At {
  readonly kind: 'send-events'
  readonly events: readonly UsageEvent[]
}

export interface UsageEvent {
  readonly id: string
  /** Whose customer has it. */
  readonly subscription: number
  readonly meter: number
  readonly time: number
  readonly value: string
}

export interface VoidEvent extends At {
  readonly kind: 'void-event'
  readonly id: string
}

/** A one-off invoice of a subscription's customer; its amounts are texts of cents, as `12.05`. */
export interface BillOnce extends At {
  readonly kind: 'bill-once'
  readonly subscription: number
  readonly invoice: number
  readonly amounts: readonly string[]
}

export interface VoidOneOff extends At {
  readonly kind: 'void-one-off'
  readonly invoice: number
}

/**
 * An invoice of a subscription, counted from its latest one back, is voided; gets a draft in its place, if it is void;
 * or is closed at once, if it is a draft.
 */
export type ReviseInvoice = Revise<'void-invoice'> | Revise<'replace-invoice'> | Revise<'close-invoice'>

interface Revise<Kind extends string> extends At {
  readonly kind: Kind
  readonly subscription: number
  readonly back: number
}

/**
 * What the processes are hit by while the steps after this one are done, so many milliseconds after it. It is nothing to
 * a life that is lived in process, and must be nothing to what is billed.
 */
export interface Disturb extends At {
  readonly kind: 'disturb'
  readonly what: Disturbance
  readonly afterMs: number
}

export type Disturbance = (typeof disturbances)[number]
export const disturbances = [
  'kill-billing',
  'kill-sync',
  'kill-creation',
  'kill-calculation',
  'kill-change',
  'cut-database',
  'restart-database',
] as const

/** Time passes; with `leap` the billing was behind, and finds all that fell due at once. */
export interface Wait extends At {
  readonly kind: 'wait'
  readonly leap: boolean
}

export interface Money {
  readonly model: 'FLAT_FEE' | 'PACKAGE' | 'VOLUME' | 'SLAB'
  readonly amount: string
  readonly divideBy: number
  readonly round: 'up' | 'down'
  readonly tiers: readonly Tier[]
}

export interface Tier {
  readonly upTo: number | null
  readonly unit: string
  readonly flat: string
}

export interface PriceTerms {
  readonly type: 'FIXED' | 'USAGE'
  readonly cadence: 'ADVANCE' | 'ARREAR'
  readonly period: Period
  readonly count: number
  readonly isOnce: boolean
  readonly money: Money
  readonly meter: number | null
}

export type Aggregation = (typeof aggregations)[number]
/** Which a meter has is told by its number, so that a price needs no step of its meter. */
export const aggregations = [
  'SUM',
  'COUNT',
  'MAX',
  'LATEST',
  'COUNT_UNIQUE',
  'AVG',
  'SUM_WITH_MULTIPLIER',
  'WEIGHTED_SUM',
] as const
export const multiplier = '0.3'

export function aggregationOf(meter: number): Aggregation {
  return aggregations[meter % aggregations.length] ?? 'SUM'
}

export interface SubscriptionTerms {
  readonly period: Period
  readonly count: number
  readonly zone: string
  readonly cycle: 'anniversary' | 'calendar'
  readonly anchor: number | null
  readonly start: number
  readonly end: number | null
  readonly trialDays: number
  readonly isProrated: boolean
}
