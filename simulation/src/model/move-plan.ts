import type { Plan } from '../lives/change-step.ts'
import type { Chain, Line } from './lines.ts'
import { chainsOf, standingLinesOf } from './lines-of-subscription.ts'
import type { MoneyModel } from './money.ts'
import type { Subscription } from './subscription.ts'
import { chainIn } from './waiting-versions.ts'

/** A plan from an instant on. */
export interface PlanFrom {
  readonly plan: Plan
  readonly at: number
}

/** Whether the plan has something to come. */
export function canMove(
  { grid }: Subscription,
  { plan, at }: PlanFrom,
  chains: ReadonlyMap<number, Chain>,
): boolean {
  return comingOf(grid, { plan, at }, chains).length > 0
}

/**
 * Gives a subscription another plan (billing rules, section 8): its lines end, those of the other plan come, but for what
 * bills once.
 *
 * @returns the chains that go
 */
export function movePlan(
  subscription: Subscription,
  { plan, at }: PlanFrom,
  { chains, money }: { readonly chains: ReadonlyMap<number, Chain>; readonly money: MoneyModel },
): ReadonlySet<number> {
  const coming = comingOf(subscription.grid, { plan, at }, chains)
  const standing = chainsOf(subscription).flatMap((chain) => standingLinesOf(subscription, chain))
  const going = standing.filter(({ end, start }) => end > Math.max(at, start))
  const quantity = quantityOf(
    going.filter(({ start, isLeftOut }) => start <= at && !isLeftOut),
    coming,
  )
  const stretches = coming.map(({ id, terms }) => {
    const own = terms.type === 'FIXED' ? quantity : '1'
    return [id, [{ start: at, end: Infinity, quantity: own, own: null, isCutAtStart: true }]] as const
  })
  Object.assign(subscription, {
    ...{ plan, planSince: at, lastChangeAt: at, pendingPlan: null },
    formerLines: standing.filter(({ start }) => start < at).map((line) => endedAt(line, at)),
    chains: new Map(coming.map((chain) => [chain.id, chainIn(chain, { ...subscription, planSince: at })])),
    stretches: new Map(stretches),
  })
  subscription.leftOut.clear()
  subscription.overridden.clear()
  money.changePlan(subscription)
  return new Set(going.map(({ chain }) => chain.id))
}

function comingOf(
  { period, count }: Subscription['grid'],
  { plan, at }: PlanFrom,
  chains: ReadonlyMap<number, Chain>,
): Chain[] {
  return [...chains.values()].filter(({ terms, versions, ...chain }) => {
    const isAlike = terms.period === period && terms.count === count && !terms.isOnce
    return chain.plan === plan && isAlike && versions.some(({ end, start }) => end > Math.max(at, start))
  })
}

/** That of the only FIXED line that goes, where only one comes. */
function quantityOf(going: readonly Line[], coming: readonly Chain[]): string {
  const fixed = going.filter(({ chain: { terms } }) => terms.type === 'FIXED' && !terms.isOnce)
  const isOne = fixed.length === 1 && coming.filter(({ terms }) => terms.type === 'FIXED').length === 1
  return (isOne ? fixed[0]?.quantity : undefined) ?? '1'
}

function endedAt(line: Line, at: number): Line {
  return line.end <= at ? line : { ...line, end: at, isCutAtEnd: true }
}
