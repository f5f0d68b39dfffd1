import type { Allowance, Step } from '../lives/step.ts'
import {
  type Chain,
  changedFrom,
  edited,
  ended,
  isSameMoney,
  linesOf,
  type Part,
  partOf,
  partsLeftOut,
  partsStillLeftOut,
} from './lines.ts'
import { compare, fromText } from './ratio.ts'
import { type Subscription, stretchesOf } from './subscription.ts'
import { chainIn, isSeen } from './waiting-versions.ts'

export interface State {
  readonly chains: Map<number, Chain>
  readonly allowances: Map<number, Allowance>
  readonly subscriptions: Map<number, Subscription>
}

/** Steps about what the plan has, and what a subscription has of it. */
export type PriceAct = Extract<
  Step,
  {
    kind:
      | 'add-price'
      | 'edit-price'
      | 'end-price'
      | 'allow-usage'
      | 'sync-prices'
      | 'change-quantity'
      | 'end-line'
      | 'add-line'
      | 'override-price'
  }
>

/** @returns false where there is no place for it */
export function actOnPrices(state: State, step: PriceAct): boolean {
  const { chains } = state
  switch (step.kind) {
    case 'add-price': {
      if (chains.has(step.chain)) return false
      const { money } = step.price
      const versions = [{ money, start: step.start, end: Infinity }]
      chains.set(step.chain, { id: step.chain, terms: step.price, versions, plan: step.plan ?? 0 })
      return true
    }
    case 'edit-price': {
      const chain = chains.get(step.chain)
      const last = chain?.versions.at(-1)
      if (!chain || !last || step.from <= last.start || last.end <= Math.max(step.from, step.at)) return false
      if (isSameMoney(last.money, step.money) || (step.isWaiting && chain.terms.isOnce)) return false
      chains.set(step.chain, edited(chain, step))
      return true
    }
    case 'end-price': {
      const chain = chains.get(step.chain)
      const last = chain?.versions.at(-1)
      if (!chain || !last || step.end <= last.start) return false
      chains.set(step.chain, ended(chain, step.end))
      return true
    }
    case 'allow-usage':
      if (state.allowances.has(step.meter) || state.subscriptions.size > 0) return false
      state.allowances.set(step.meter, step)
      return true
    case 'sync-prices':
      for (const subscription of state.subscriptions.values()) sync(subscription, chains)
      return true
    case 'change-quantity':
    case 'end-line':
    case 'add-line':
    case 'override-price':
      return changeLine(state, step)
  }
}

/** What is compatible comes; a ONETIME price came with the creation, or not at all. */
function sync(subscription: Subscription, chains: ReadonlyMap<number, Chain>): void {
  if (subscription.status === 'cancelled') return
  const { period, count } = subscription.grid
  for (const [id, planned] of chains) {
    const { terms, plan } = planned
    if (plan !== subscription.plan || terms.isOnce || terms.period !== period || terms.count !== count)
      continue
    const chain = chainIn(planned, subscription)
    leaveOut(subscription, chain)
    subscription.chains.set(id, chain)
  }
}

/** A version that ended in time that is billed, and has no line, gets none (billing rules, section 8). */
function leaveOut(subscription: Subscription, chain: Chain): void {
  const { current, invoices, chains, leftOut } = subscription
  const drafts = invoices.filter(
    ({ reason, status }) => reason === 'SUBSCRIPTION_CYCLE' && status === 'DRAFT',
  )
  const unbilledFrom = Math.min(current.start, ...drafts.map(({ period }) => period.start))
  const before = leftOut.get(chain.id)
  const stretches = stretchesOf(subscription, chain.id)
  const known = chains.get(chain.id)?.versions ?? []
  const parts = new Set(
    stretches.flatMap((stretch) =>
      known
        .filter((one) => Math.max(one.start, stretch.start) < Math.min(one.end, stretch.end))
        .map((one) => partOf(stretch, one)),
    ),
  )
  const had = (part: Part) => parts.has(part) && before?.has(part) !== true
  const isPassed = (part: Part, { start, end }: Chain['versions'][number]) =>
    before?.has(part) === true && known.some((one) => one.start === start && one.end === end)
  leftOut.set(chain.id, new Set(partsLeftOut(chain, { stretches, unbilledFrom, had, isPassed })))
}

/**
 * Time that is billed anew has what syncs have left out of it; but for what lies before the chain's first line, and a
 * chain that one which is over never had.
 */
export function bringLeftOut(
  subscription: Subscription,
  chains: ReadonlyMap<number, Chain>,
  from: number,
): void {
  for (const [id, leftOut] of subscription.leftOut) {
    const [chain, planned] = [subscription.chains.get(id), chains.get(id)]
    if (!chain || !planned) continue
    const plan = chainIn(planned, subscription)
    const stretches = stretchesOf(subscription, id)
    const lines = linesOf(chain, stretches, leftOut).filter((line) => !line.isLeftOut)
    if (subscription.status === 'cancelled' && lines.length === 0) continue
    const first = lines.length === 0 ? from : Math.min(...lines.map(({ start }) => start))
    const since = Math.max(from, first)
    subscription.leftOut.set(id, partsStillLeftOut(chain, { stretches, leftOut, from: since, plan }))
  }
}

type LineAct = Extract<Step, { kind: 'change-quantity' | 'end-line' | 'add-line' | 'override-price' }>

/** @param of whether a change does it: it parts what is in arrears. @returns false where there is no place for it */
export function changeLine(
  { chains, subscriptions }: State,
  step: LineAct,
  { isByChange } = { isByChange: false },
): boolean {
  const subscription = subscriptions.get(step.subscription)
  const chain = subscription?.chains.get(step.chain)
  const planned = chains.get(step.chain)
  if (!subscription || !chain || !planned || chain.terms.isOnce) return false
  const current = chainIn(planned, subscription)
  const from = Math.max(step.at, subscription.start)
  if (subscription.status === 'cancelled' || from >= subscription.end) return false
  if (!current.versions.some(({ start, end }) => start <= from && end > from)) return false
  const stretches = stretchesOf(subscription, step.chain)
  const keep = (changed: typeof stretches): boolean => {
    subscription.stretches.set(step.chain, changed)
    return true
  }
  if (step.kind === 'add-line') {
    // A known gap: a line that ended at its start stands in the way of another one from there on (decision 25).
    if (step.at < subscription.start) return false
    if (!isSeen(chain, planned) || stretches.some(({ end }) => end > from)) return false
    if (subscription.overridden.has(step.chain)) return false
    return keep([
      ...stretches,
      { start: from, end: Infinity, quantity: step.quantity, own: null, isCutAtStart: isByChange },
    ])
  }
  const line = linesOf(chain, stretches).find(({ start, end }) => start <= from && end > from)
  if (!line) return false
  switch (step.kind) {
    case 'change-quantity':
      if (compare(fromText(line.quantity), fromText(step.quantity)) === 0) return false
      return keep(
        changedFrom(stretches, from, { quantity: step.quantity, ...(isByChange && { isCutAtStart: true }) }),
      )
    case 'end-line': {
      const before = stretches.filter(({ start }) => start < from)
      return keep(
        before.map((one) => (one.end <= from ? one : { ...one, end: from, isCutAtEnd: isByChange })),
      )
    }
    case 'override-price': {
      const before = stretches.find(({ start, end }) => start <= from && end > from)?.own
      // The plan's own money, named, is the subscription's from then on.
      if (before && isSameMoney(line.money, step.money)) return false
      // One that follows on another goes until that one was to end: the plan's price is nothing to it any more.
      const until = before?.until ?? current.versions.at(-1)?.end ?? Infinity
      subscription.overridden.add(step.chain)
      const own = { money: step.money, until }
      return keep(changedFrom(stretches, from, { own, ...(isByChange && { isCutAtStart: true }) }))
    }
  }
}
