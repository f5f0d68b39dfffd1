import { type Line, linesOf } from './lines.ts'
import { aroundPauses } from './pauses.ts'
import { type Subscription, stretchesOf } from './subscription.ts'

/** All lines that bill: what a sync has left out is not among them. */
export function allLines(subscription: Subscription): Line[] {
  return [...subscription.chains.keys()]
    .flatMap((chain) => linesOfChain(subscription, chain))
    .filter(({ isLeftOut }) => !isLeftOut)
}

/** A chain's, as they bill around pauses. */
export function linesOfChain(subscription: Subscription, chain: number): Line[] {
  return standingLinesOf(subscription, chain).flatMap((line) => aroundPauses(line, subscription.pauses))
}

/** The same as if there had been no pause. */
export function standingLinesOf(subscription: Subscription, id: number): Line[] {
  const chain = subscription.chains.get(id)
  return chain ? linesOf(chain, stretchesOf(subscription, id), subscription.leftOut.get(id)) : []
}
