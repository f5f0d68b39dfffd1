import { endWithin } from '../subscription/chain-stretches.ts'
import { passedOverLines } from '../subscription/passed-over.ts'
import { type SyncLine, type SyncPrice, syncLines } from '../subscription/price-sync.ts'
import { type VersionWait, versionsInTurn } from '../subscription/version-reach.ts'
import { gridIntervalAt } from '../time/grid.ts'
import { later } from '../time/period.ts'
import { boundaries, type ChainVersion, dayOf, reached } from './chain-versions.ts'
import { type ChainHistory, changeQuantity, endLine, nameOf, overrideChain } from './line-acts.ts'

/** Days from the subscription's start. */
export type ChainStep =
  | { readonly kind: 'edit'; readonly from: number; readonly waitsFor: VersionWait | null }
  | { readonly kind: 'end price'; readonly at: number }
  | { readonly kind: 'quantity'; readonly named: Named; readonly from: number; readonly quantity: string }
  | { readonly kind: 'end line'; readonly named: Named; readonly at: number }
  | { readonly kind: 'override'; readonly named: Named; readonly from: number }
  | { readonly kind: 'add line'; readonly from: number; readonly quantity: string }

/** A line that the user was told of, by its place among them; null: the one at work then. */
type Named = number | null

const terms = { currency: 'usd', billing_period: 'MONTHLY', billing_period_count: 1 } as const

/** Begins before its price, or with it. */
export function beginHistory(start: number, withLine: boolean): ChainHistory {
  const version = newVersion(0, { start, end: null })
  const line = { price_id: version.id, quantity: '1', start_date: version.start_date, ...open }
  const changedFrom = withLine ? 1 : 0
  return {
    versions: [version],
    lines: withLine ? [line] : [],
    overriddenFrom: null,
    unbilledFrom: 0,
    changedFrom,
    told: withLine ? [nameOf(line)] : [],
  }
}

const open = { end_date: null, ended_by: null, user_end: null } as const

function newVersion(place: number, { start, end }: { start: number; end: Date | null }): ChainVersion {
  const id = `v${String(place).padStart(2, '0')}`
  const lifetime = { start_date: dayOf(start), end_date: end }
  return { ...terms, id, root_price_id: 'v00', ...lifetime, min_quantity: null, waits_for: null }
}

export function syncHistory(history: ChainHistory): ChainHistory {
  const synced = syncLines({ ...factsOf(history), newLine: (line) => line })
  return { ...history, lines: synced.lines, changedFrom: history.versions.length }
}

/** Time from a day on is billed anew. */
export function billAnew(history: ChainHistory, from: number): ChainHistory {
  const { changedFrom, versions } = history
  const missing = passedOverLines({
    ...factsOf({ ...history, unbilledFrom: from }),
    hasChanged: ({ id }) => versions.findIndex((version) => version.id === id) < changedFrom,
    bringsChains: true,
  })
  return { ...history, lines: [...history.lines, ...missing], unbilledFrom: from }
}

function factsOf({ versions, lines, overriddenFrom, unbilledFrom, changedFrom }: ChainHistory) {
  return {
    subscription: { ...terms, start_date: dayOf(0), plan_since: null },
    prices: reached(versions),
    hasChanged: ({ id }: SyncPrice) => versions.findIndex((version) => version.id === id) >= changedFrom,
    overriddenFrom: new Map(overriddenFrom === null ? [] : [['v00', dayOf(overriddenFrom)]]),
    lines,
    unbilledFrom: dayOf(unbilledFrom),
  }
}

/** As the doors do it; undefined where they refuse it. */
export function takeChainStep(history: ChainHistory, step: ChainStep, now: number): ChainHistory | undefined {
  switch (step.kind) {
    case 'edit':
      return editPrice(history, { from: dayOf(step.from), waits_for: step.waitsFor }, now)
    case 'end price':
      return endPrice(history, dayOf(step.at))
    case 'quantity':
      return changeQuantity(history, { ...step, at: dayOf(step.from), now: dayOf(now) })
    case 'end line':
      return endLine(history, { ...step, at: dayOf(step.at), now: dayOf(now) })
    case 'override':
      return overrideChain(history, { ...step, at: dayOf(step.from), day: step.from, now: dayOf(now) })
    case 'add line':
      return addLine(history, dayOf(step.from), step.quantity)
  }
}

function editPrice(
  history: ChainHistory,
  { from, waits_for }: { from: Date; waits_for: VersionWait | null },
  now: number,
): ChainHistory | undefined {
  const { versions } = history
  const last = versions.at(-1)
  if (
    !last ||
    from < last.start_date ||
    (last.end_date && (from >= last.end_date || last.end_date <= dayOf(now)))
  )
    return undefined
  const successor = {
    ...last,
    id: `v${String(versions.length).padStart(2, '0')}`,
    start_date: from,
    waits_for,
  }
  return {
    ...history,
    versions: [...versions.slice(0, -1), { ...last, end_date: from }, successor],
    changedFrom: changedWith(history, last),
  }
}

/** A sync looks at what the last version's end may be one of, and at all that comes later. */
function changedWith({ versions, changedFrom }: ChainHistory, last: ChainVersion): number {
  return Math.min(changedFrom, versions.length - versionsInTurn(versions, last).length)
}

function endPrice(history: ChainHistory, at: Date): ChainHistory | undefined {
  const { versions } = history
  const last = versions.at(-1)
  if (!last || at < last.start_date) return undefined
  return {
    ...history,
    versions: [...versions.slice(0, -1), { ...last, end_date: at }],
    changedFrom: changedWith(history, last),
  }
}

function addLine(history: ChainHistory, from: Date, quantity: string): ChainHistory | undefined {
  const { lines, overriddenFrom } = history
  const versions = reached(history.versions)
  const isTaken = lines.some(({ start_date, end_date }) => {
    return end_date === null || end_date > later(start_date, from)
  })
  const first = versions.find(
    ({ start_date, end_date }) => start_date <= from && (!end_date || end_date > from),
  )
  if (from < dayOf(0) || isTaken || !first || overriddenFrom !== null) return undefined
  const added = versions.slice(versions.indexOf(first)).flatMap((version): SyncLine[] => {
    const start_date = later(version.start_date, from)
    if (version.end_date && version.end_date <= start_date) return []
    const end = endWithin(
      { userEnd: null, end: null, isFollowed: false },
      { start: start_date, priceEnd: version.end_date },
    )
    return [{ price_id: version.id, quantity, start_date, ...end }]
  })
  const names = new Set(lines.map(nameOf))
  if (added.some((line) => names.has(nameOf(line)))) return undefined
  const told = added.slice(0, 1).map(nameOf)
  return { ...history, lines: [...lines, ...added], told: [...history.told, ...told] }
}

/**
 * The lines from the first unbilled period on, in a fixed order; what lies before it is billed. What goes on at a
 * boundary of the grid as it was before is one: no interval that is billed is cut there.
 */
export function unbilledLines({ lines, unbilledFrom }: ChainHistory): unknown[] {
  const from = dayOf(unbilledFrom)
  const inOrder = lines
    .filter(({ start_date, end_date }) => !end_date || (end_date > from && end_date > start_date))
    .map(({ price_id, quantity, start_date, end_date }) => ({
      price_id,
      quantity,
      start: later(start_date, from),
      end: end_date,
    }))
    .toSorted((one, other) => one.start.getTime() - other.start.getTime())
  const joined: typeof inOrder = []
  for (const line of inOrder) {
    const last = joined.at(-1)
    const isJoined =
      last?.end?.getTime() === line.start.getTime() &&
      gridIntervalAt(boundaries.grid, line.start).start.getTime() === line.start.getTime() &&
      last.price_id === line.price_id &&
      last.quantity === line.quantity
    if (last && isJoined) joined[joined.length - 1] = { ...last, end: line.end }
    else joined.push(line)
  }
  return joined
}
