import type { Allowance, ReviseInvoice, Step, Subscribe } from '../lives/step.ts'
import { billCreation, billPeriod, finalize, type Surroundings } from './bill.ts'
import {
  type Chain,
  changedFrom,
  earliestOf,
  edited,
  ended,
  isSameMoney,
  linesOf,
  type Part,
  partOf,
  partsLeftOut,
} from './lines.ts'
import { changeOneOffs, type OneOff } from './one-offs.ts'
import { compare, fromText } from './ratio.ts'
import { reviseInvoice } from './revise-invoice.ts'
import { begin, type Subscription, stretchesOf } from './subscription.ts'
import { type CameEvent, createUsageLog } from './usage-log.ts'

/**
 * What should be billed, by the billing rules (sections 1 to 8) alone: it shares no code with the product and reads
 * none of its rows. It knows no wallets, discounts, taxes, changes of plan, pauses, late usage that is billed, buckets, filters, running values (`reset_usage`
 * NEVER), daily allowances, overrides at the creation, or lines of another period than their subscription's.
 */
export interface Model {
  readonly subscriptions: ReadonlyMap<number, Subscription>
  readonly oneOffs: ReadonlyMap<number, OneOff>
  readonly events: readonly CameEvent[]
  /** The plan's chains as they are now, synced or not. */
  readonly chains: ReadonlyMap<number, Chain>
  /** Does what the step says. False: the rules have no place for it in this life, and nothing is done. */
  apply(step: Step): boolean
  /** When something falls due next; undefined for never. */
  nextDue(): number | undefined
  /** Bills all that is due, one period after the other, then closes what has waited long enough. */
  bill(now: number): void
}

export function createModel(): Model {
  const chains = new Map<number, Chain>()
  const allowances = new Map<number, Allowance>()
  const subscriptions = new Map<number, Subscription>()
  const oneOffs = new Map<number, OneOff>()
  const log = createUsageLog()
  const { events } = log
  const state = { chains, allowances, subscriptions }
  const around = (now: number): Surroundings => ({ now, allowances, seen: events.length, eventsOf: log.of })

  return {
    subscriptions,
    oneOffs,
    events,
    chains,
    apply(step) {
      if (step.kind === 'send-events') {
        log.receive(step)
        return true
      }
      if (step.kind === 'subscribe') return subscribe(state, step, around(step.at))
      if (step.kind === 'bill-once' && !subscriptions.has(step.subscription)) return false
      if (step.kind === 'bill-once' || step.kind === 'void-one-off') return changeOneOffs(oneOffs, step)
      if (step.kind === 'void-invoice' || step.kind === 'replace-invoice' || step.kind === 'close-invoice') {
        return reviseInvoice(subscriptions.get(step.subscription), step, around(step.at))
      }
      if (step.kind !== 'void-event') return act(state, step)
      const position = events.findIndex(({ id }) => id === step.id)
      const event = events[position]
      if (!event || event.isVoided) return false
      if (isBilled(subscriptions.get(event.subscription), event, position)) return false
      event.isVoided = true
      return true
    },
    nextDue() {
      const due = [...subscriptions.values()].flatMap(({ dueAt, invoices }) => [
        ...(dueAt === null ? [] : [dueAt]),
        ...invoices.flatMap(({ finalizeAt }) => (finalizeAt === null ? [] : [finalizeAt])),
      ])
      return due.length > 0 ? Math.min(...due) : undefined
    },
    bill(now) {
      const seen = around(now)
      for (const subscription of subscriptions.values()) {
        while (subscription.dueAt !== null && subscription.dueAt <= now) billPeriod(subscription, seen)
        for (const invoice of subscription.invoices) {
          if (invoice.finalizeAt !== null && invoice.finalizeAt <= now) finalize(subscription, invoice, seen)
        }
      }
    },
  }
}

/** What a final invoice has counted is taken back by no one. */
function isBilled(subscription: Subscription | undefined, event: CameEvent, position: number): boolean {
  const invoices = subscription?.invoices.filter(({ status }) => status === 'FINALIZED') ?? []
  return invoices.some(
    ({ seen, metered }) =>
      position < seen &&
      metered.some(
        ({ meter, start, end }) => meter === event.meter && start <= event.time && end > event.time,
      ),
  )
}

interface State {
  readonly chains: Map<number, Chain>
  readonly allowances: Map<number, Allowance>
  readonly subscriptions: Map<number, Subscription>
}

function subscribe({ chains, subscriptions }: State, step: Subscribe, around: Surroundings): boolean {
  if (subscriptions.has(step.subscription)) return false
  const { start, period, count } = step.terms
  const end = step.terms.end ?? Infinity
  const fitting = [...chains].filter(
    ([, { terms }]) => terms.isOnce || (terms.period === period && terms.count === count),
  )
  const reaches = ({ versions }: Chain) => versions.some((one) => one.end > start && one.start < end)
  if (!fitting.some(([, chain]) => reaches(chain))) return false
  const subscription = begin(
    step,
    around.now,
    new Map(fitting.map(([id, chain]) => [id, chain.terms.isOnce ? earliestOf(chain, start) : chain])),
  )
  subscriptions.set(step.subscription, subscription)
  billCreation(subscription, around)
  return true
}

type Act = Exclude<
  Step,
  ReviseInvoice | { kind: 'send-events' | 'void-event' | 'subscribe' | 'bill-once' | 'void-one-off' }
>

function act(state: State, step: Act): boolean {
  const { chains } = state
  switch (step.kind) {
    case 'wait':
    case 'disturb':
      return true
    case 'add-price': {
      if (chains.has(step.chain)) return false
      const { money } = step.price
      const versions = [{ money, start: step.start, end: Infinity }]
      chains.set(step.chain, { id: step.chain, terms: step.price, versions })
      return true
    }
    case 'edit-price': {
      const chain = chains.get(step.chain)
      const last = chain?.versions.at(-1)
      if (!chain || !last || step.from <= last.start || last.end <= Math.max(step.from, step.at)) return false
      if (isSameMoney(last.money, step.money)) return false
      chains.set(step.chain, edited(chain, step.money, step.from))
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
    default:
      return false
  }
}

/** What is compatible comes; a ONETIME price came with the creation, or not at all. */
function sync(subscription: Subscription, chains: ReadonlyMap<number, Chain>): void {
  if (subscription.status === 'cancelled') return
  const { period, count } = subscription.grid
  for (const [id, chain] of chains) {
    const { terms } = chain
    if (terms.isOnce || terms.period !== period || terms.count !== count) continue
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
  const parts = new Set(stretches.flatMap((stretch) => known.map((version) => partOf(stretch, version))))
  const had = (part: Part) => parts.has(part) && before?.has(part) !== true
  leftOut.set(chain.id, new Set(partsLeftOut(chain, { stretches, had, unbilledFrom })))
}

type LineAct = Extract<Step, { kind: 'change-quantity' | 'end-line' | 'add-line' | 'override-price' }>

function changeLine({ chains, subscriptions }: State, step: LineAct): boolean {
  const subscription = subscriptions.get(step.subscription)
  const chain = subscription?.chains.get(step.chain)
  const current = chains.get(step.chain)
  if (!subscription || !chain || !current || chain.terms.isOnce) return false
  const from = Math.max(step.at, subscription.start)
  if (subscription.status === 'cancelled' || from >= subscription.end) return false
  if (!current.versions.some(({ start, end }) => start <= from && end > from)) return false
  const stretches = stretchesOf(subscription, step.chain)
  const keep = (changed: typeof stretches): boolean => {
    subscription.stretches.set(step.chain, changed)
    return true
  }
  if (step.kind === 'add-line') {
    // Known gaps: what ended a line at its start, or a line of a version to come, left it without a length, and that
    // stands in the way of another one from there on (decision 25).
    if (step.at < subscription.start || current.versions.some(({ start }) => start > from)) return false
    if (chain !== current || stretches.some(({ end }) => end > from)) return false
    if (subscription.overridden.has(step.chain)) return false
    return keep([...stretches, { start: from, end: Infinity, quantity: step.quantity, own: null }])
  }
  const line = linesOf(chain, stretches).find(({ start, end }) => start <= from && end > from)
  if (!line) return false
  switch (step.kind) {
    case 'change-quantity':
      if (compare(fromText(line.quantity), fromText(step.quantity)) === 0) return false
      return keep(changedFrom(stretches, from, { quantity: step.quantity }))
    case 'end-line': {
      const before = stretches.filter(({ start }) => start < from)
      return keep(before.map((stretch) => ({ ...stretch, end: Math.min(stretch.end, from) })))
    }
    case 'override-price': {
      if (isSameMoney(line.money, step.money)) return false
      // One that follows on another goes until that one was to end: the plan's price is nothing to it any more.
      const before = stretches.find(({ start, end }) => start <= from && end > from)?.own
      const until = before?.until ?? current.versions.at(-1)?.end ?? Infinity
      subscription.overridden.add(step.chain)
      return keep(changedFrom(stretches, from, { own: { money: step.money, until } }))
    }
  }
}
