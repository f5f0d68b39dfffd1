import type { Period } from './period.ts'
import type { Random } from './random.ts'
import type { Step, UsageEvent } from './step.ts'

/** What has been written of a life, and what its next steps can be about. */
export interface LifeSoFar {
  readonly random: Random
  readonly steps: Step[]
  /** The life's instant; it only grows. */
  at: number
  readonly start: number
  readonly customers: number
  readonly period: Period
  readonly count: number
  readonly sent: UsageEvent[]
  /** The meters that prices have. */
  readonly meters: number[]
  chains: number
  /** Whether there is another plan, and the chains that are of it. */
  readonly hasPlans: boolean
  readonly ofOtherPlan: Set<number>
  subscribed: number
  /** How many one-off invoices there are. */
  oneOffs: number
  payments: number
  notes: number
}

export const dayMs = 86_400_000
export const metersMax = 8

const counts: Record<Period, readonly [number, ...number[]]> = {
  DAILY: [7, 10, 30],
  WEEKLY: [1, 2, 5],
  MONTHLY: [1, 1, 1, 2],
  QUARTERLY: [1],
  HALF_YEARLY: [1],
  ANNUAL: [1],
}
const periods = [
  'MONTHLY',
  'MONTHLY',
  'MONTHLY',
  'WEEKLY',
  'QUARTERLY',
  'DAILY',
  'HALF_YEARLY',
  'ANNUAL',
] as const

export function beginLife(
  random: Random,
  { start, customers, hasPlans = false }: { start: number; customers: number; hasPlans?: boolean },
): LifeSoFar {
  const period = random.pick(periods)
  return {
    ...{ random, start, customers, period, count: random.pick(counts[period]), at: start },
    ...{ steps: [], sent: [], meters: [], hasPlans, ofOtherPlan: new Set() },
    ...{ chains: 0, subscribed: 0, oneOffs: 0, payments: 0, notes: 0 },
  }
}

export function anyChain({ random, chains }: LifeSoFar): number {
  return random.below(Math.max(1, chains))
}

export function anySubscription({ random, subscribed }: LifeSoFar): number {
  return random.below(Math.max(1, subscribed))
}

/** An instant whole days before or behind now. */
export function around({ random, at }: LifeSoFar, daysBack: number, daysAhead: number): number {
  return at + (random.below(daysBack + daysAhead + 1) - daysBack) * dayMs
}
