import { type Line, linesOf } from './lines.ts'
import { aroundPauses } from './pauses.ts'
import { type Subscription, stretchesOf } from './subscription.ts'

/** All lines that bill: what a sync has left out is not among them. */
export function allLines(subscription: Subscription): Line[] {
  return chainsOf(subscription)
    .flatMap((chain) => linesOfChain(subscription, chain))
    .filter(({ isLeftOut }) => !isLeftOut)
}

/** A chain's, as they bill around pauses. */
export function linesOfChain(subscription: Subscription, chain: number): Line[] {
  return standingLinesOf(subscription, chain).flatMap((line) => aroundPauses(line, subscription.pauses))
}

/** The same as if there had been no pause. */
export function standingLinesOf(subscription: Subscription, id: number): Line[] {
  const { chains, formerLines, leftOut } = subscription
  const chain = chains.get(id)
  const former = formerLines.filter((line) => line.chain.id === id)
  return chain ? [...former, ...linesOf(chain, stretchesOf(subscription, id), leftOut.get(id))] : former
}

export function chainsOf({ chains, formerLines }: Subscription): number[] {
  return [...new Set([...formerLines.map(({ chain }) => chain.id), ...chains.keys()])]
}
