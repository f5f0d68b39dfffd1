import type { SyncPrice } from '../subscription/price-sync.ts'
import { type Boundaries, type PriceVersion, reachedVersions } from '../subscription/version-reach.ts'

export type ChainVersion = SyncPrice & PriceVersion

export function dayOf(n: number): Date {
  return new Date(Date.UTC(2026, 0, 1 + n))
}

/** The subscription begins with a grid of five days. */
export const boundaries: Boundaries = {
  since: dayOf(0),
  trialEnd: null,
  grid: { anchor: dayOf(0), period: 'DAILY', count: 5, timeZone: 'UTC' },
}

/** As the subscription sees them. */
export function reached(versions: readonly ChainVersion[]): ChainVersion[] {
  return reachedVersions(versions, boundaries)
}
