import type { Plan } from '../lives/change-step.ts'
import type { EditPrice, Money, PriceTerms } from '../lives/step.ts'

/** A price and its successors, as they are in time. */
export interface Chain {
  readonly id: number
  readonly terms: PriceTerms
  readonly plan: Plan
  readonly versions: readonly Version[]
  /** Of one whose versions have dates of their own in a subscription: as the plan has it. */
  readonly planned?: Chain
}

export interface Version {
  readonly money: Money
  readonly start: number
  /** Infinity for none. */
  readonly end: number
  /** In a subscription that runs as it begins it comes with the next period. */
  readonly isWaiting?: boolean
  /** Where a subscription has it at another instant than the plan: when the plan has it. */
  readonly plannedStart?: number
}

/** What a subscription has of a chain: a quantity, and maybe money of its own, for a time. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly quantity: string
  /** Money of its own, until the plan's chain was to end when that was said. */
  readonly own: { readonly money: Money; readonly until: number } | null
  /** A change has opened it, or closed it. */
  readonly isCutAtStart?: boolean
  readonly isCutAtEnd?: boolean
}

export interface Line {
  readonly chain: Chain
  readonly money: Money
  readonly quantity: string
  readonly start: number
  readonly end: number
  /** Of a version that a sync left out, as that time was billed: nothing of it is billed to the subscription. */
  readonly isLeftOut: boolean
  /** A change has parted it from what was before, or comes after: what is in arrears bills by its share. */
  readonly isCutAtStart?: boolean
  readonly isCutAtEnd?: boolean
}

/** What a version would be in a stretch, by their starts: a version's is the plan's. */
export type Part = `${number} ${number}`

/** Stretches are the subscription's, a sync chooses the plan's version in each (billing rules, section 8). */
export function linesOf(
  chain: Chain,
  stretches: readonly Stretch[],
  leftOut: ReadonlySet<Part> = new Set(),
): Line[] {
  return stretches.flatMap(({ own, quantity, isCutAtStart = false, isCutAtEnd = false, ...stretch }) => {
    const versions = own ? [{ money: own.money, start: stretch.start, end: own.until }] : chain.versions
    return versions.flatMap(({ money, ...version }) => {
      const start = Math.max(stretch.start, version.start)
      const end = Math.min(stretch.end, version.end)
      const isLeftOut = own === null && leftOut.has(partOf(stretch, version))
      const cuts = {
        isCutAtStart: isCutAtStart && start === stretch.start,
        isCutAtEnd: isCutAtEnd && end === stretch.end,
      }
      return start < end ? [{ chain, money, quantity, start, end, isLeftOut, ...cuts }] : []
    })
  })
}

/**
 * What a sync leaves out of a chain: versions that ended before the earliest time that is not billed, and had no line;
 * and what an earlier sync has left out, unless that version was changed since: it is not looked at again.
 */
export function partsLeftOut(
  chain: Chain,
  {
    stretches,
    unbilledFrom,
    had,
    isPassed,
  }: {
    stretches: readonly Stretch[]
    unbilledFrom: number
    had: (part: Part) => boolean
    isPassed: (part: Part, version: Version) => boolean
  },
): Part[] {
  return stretches.flatMap((stretch) =>
    chain.versions.flatMap((version) => {
      const part = partOf(stretch, version)
      const isOver = Math.min(stretch.end, version.end) <= unbilledFrom && !had(part)
      return isOver || isPassed(part, version) ? [part] : []
    }),
  )
}

/**
 * What stays left out where time from an instant on is billed anew: what ends before it, and what was changed since, as
 * no sync has told the subscription of that.
 */
export function partsStillLeftOut(
  { versions }: Chain,
  {
    stretches,
    leftOut,
    from,
    plan,
  }: { stretches: readonly Stretch[]; leftOut: ReadonlySet<Part>; from: number; plan: Chain },
): Set<Part> {
  const coming = stretches.flatMap((stretch) =>
    versions
      .filter((version) => Math.min(stretch.end, version.end) > from)
      .filter(({ start, end }) => plan.versions.some((one) => one.start === start && one.end === end))
      .map((version) => partOf(stretch, version)),
  )
  return new Set([...leftOut].filter((part) => !coming.includes(part)))
}

export function partOf(
  stretch: Pick<Stretch, 'start'>,
  { start, plannedStart = start }: Pick<Version, 'start' | 'plannedStart'>,
): Part {
  return `${stretch.start} ${plannedStart}`
}

/** The chain with other money from an instant on, inside its last version. */
export function edited(
  chain: Chain,
  { money, from, isWaiting }: Pick<EditPrice, 'money' | 'from' | 'isWaiting'>,
): Chain {
  const last = chain.versions.at(-1)
  if (!last) return chain
  const versions = [
    ...chain.versions.slice(0, -1),
    { ...last, end: from },
    { money, start: from, end: last.end, ...(isWaiting && { isWaiting }) },
  ]
  return { ...chain, versions }
}

export function ended(chain: Chain, end: number): Chain {
  const last = chain.versions.at(-1)
  return last ? { ...chain, versions: [...chain.versions.slice(0, -1), { ...last, end }] } : chain
}

/** Money that is equal by what its model reads is no edit. */
export function isSameMoney(left: Money, right: Money): boolean {
  return wordsOf(left) === wordsOf(right)
}

function wordsOf({ model, amount, divideBy, round, tiers }: Money): string {
  if (model === 'FLAT_FEE') return JSON.stringify([model, amount])
  return JSON.stringify(model === 'PACKAGE' ? [model, amount, divideBy, round] : [model, tiers])
}

/** Of a ONETIME chain the first version that a subscription can have: the chain bills once, not each version. */
export function earliestOf(chain: Chain, start: number): Chain {
  return { ...chain, versions: chain.versions.filter(({ end }) => end > start).slice(0, 1) }
}

/** The same stretches, with a change from an instant on; at a stretch's start it changes in place. */
export function changedFrom(
  stretches: readonly Stretch[],
  from: number,
  change: Partial<Pick<Stretch, 'quantity' | 'own' | 'isCutAtStart'>>,
): Stretch[] {
  return stretches.flatMap((stretch) => {
    if (from < stretch.start || from >= stretch.end) return [stretch]
    if (from === stretch.start) return [{ ...stretch, ...change }]
    const { isCutAtStart: isCut = false } = change
    const after = { ...stretch, isCutAtStart: isCut, ...change, start: from }
    return [{ ...stretch, end: from, isCutAtEnd: isCut }, after]
  })
}
