import { intervalAt } from './grid.ts'
import type { Chain, Version } from './lines.ts'
import type { Subscription } from './subscription.ts'

type Bounds = Pick<Subscription, 'grid' | 'start' | 'planSince' | 'trialEnd'>

/**
 * A plan's chain as one subscription has it (billing rules, section 3): a version that waits for the next period comes at
 * the first boundary at or after its start, and the one before it is at work until then. Where a later one comes no later,
 * it never does.
 */
export function chainIn(chain: Chain, subscription: Bounds): Chain {
  if (!chain.versions.some(({ isWaiting }) => isWaiting)) return chain
  let end = chain.versions.at(-1)?.end ?? Infinity
  const versions = chain.versions.toReversed().flatMap((version): Version[] => {
    const start = comesAt(version, subscription)
    const own = { ...version, start, end, plannedStart: version.start }
    end = Math.min(end, start)
    return own.start < own.end ? [own] : []
  })
  return { ...chain, versions: versions.reverse(), planned: chain }
}

/** At once in a subscription that begins then or later, or that pays for nothing yet. */
function comesAt({ start, isWaiting }: Version, subscription: Bounds): number {
  const { grid, planSince, trialEnd } = subscription
  const isNew = start <= Math.max(subscription.start, planSince) || (trialEnd !== null && start <= trialEnd)
  if (!isWaiting || isNew) return start
  const interval = intervalAt(grid, start)
  return interval.start === start ? start : interval.end
}

/** Whether a subscription has the chain as the plan has it now. */
export function isSeen(own: Chain, planned: Chain): boolean {
  return (own.planned ?? own) === planned
}
