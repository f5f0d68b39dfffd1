import { isChange } from '../lives/change-step.ts'
import type { Allowance, Step, Subscribe } from '../lives/step.ts'
import { billCreation, billDue, type Surroundings } from './bill.ts'
import type { OneOff } from './bill-money.ts'
import { changeSubscription } from './change.ts'
import { type Chain, earliestOf } from './lines.ts'
import { createMoneyModel, type MoneyModel } from './money.ts'
import { changeOneOffs } from './one-offs.ts'
import { actOnPrices, type State } from './price-acts.ts'
import { reviseInvoice } from './revise-invoice.ts'
import { begin, type Subscription } from './subscription.ts'
import { type CameEvent, createUsageLog, type UsageLog } from './usage-log.ts'
import { chainIn } from './waiting-versions.ts'

/**
 * What should be billed, by the billing rules (sections 1 to 8, 11 and 12) alone: it shares no code with the product and reads
 * none of its rows. It knows no discounts, taxes, changes of
 * period, prices or meters that two plans have in common, late usage that is billed, buckets, filters, running values (`reset_usage` NEVER), daily allowances, overrides at the creation, or lines of another period than their subscription's.
 */
export interface Model {
  readonly subscriptions: ReadonlyMap<number, Subscription>
  readonly oneOffs: ReadonlyMap<number, OneOff>
  readonly money: MoneyModel
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
  const money = createMoneyModel()
  const around = (now: number): Surroundings => {
    return { now, allowances, seen: events.length, eventsOf: log.of, money, chains }
  }
  const state = { chains, allowances, subscriptions, oneOffs, money, log, around }

  return {
    subscriptions,
    oneOffs,
    money,
    events,
    chains,
    apply(step) {
      const isDone = apply(state, step)
      for (const subscription of subscriptions.keys()) money.decideTopUps(subscription, step.at)
      return isDone
    },
    nextDue() {
      const due = [...subscriptions.values()].flatMap((subscription) => [
        subscription.dueAt,
        ...subscription.invoices.map(({ finalizeAt }) => finalizeAt),
        ...money.dueInstants(subscription),
      ])
      const instants = due.filter((at) => at !== null)
      return instants.length > 0 ? Math.min(...instants) : undefined
    },
    bill(now) {
      for (const subscription of subscriptions.values()) billDue(subscription, around(now))
    },
  }
}

interface Whole extends State {
  readonly oneOffs: Map<number, OneOff>
  readonly money: MoneyModel
  readonly log: UsageLog
  readonly around: (now: number) => Surroundings
}

function apply(state: Whole, step: Step): boolean {
  const { subscriptions, oneOffs, money, log, around } = state
  if (isChange(step)) return changeSubscription(state, step, around(step.at))
  switch (step.kind) {
    case 'wait':
    case 'disturb':
      return true
    case 'send-events':
      log.receive(step)
      return true
    case 'void-event':
      return takeBack(log.events, subscriptions, step.id)
    case 'subscribe':
      return subscribe(state, step, around(step.at))
    case 'bill-once':
    case 'void-one-off':
      if (step.kind === 'bill-once' && !subscriptions.has(step.subscription)) return false
      return changeOneOffs(oneOffs, step, money)
    case 'void-invoice':
    case 'replace-invoice':
    case 'close-invoice':
      return reviseInvoice(subscriptions.get(step.subscription), step, around(step.at), state.chains)
    case 'make-wallet':
    case 'top-up':
    case 'buy-credits':
    case 'void-purchase':
    case 'top-up-by-itself':
    case 'end-wallet':
    case 'grant-credits':
    case 'pay':
    case 'take-back':
    case 'void-payment':
    case 'close-note':
    case 'void-note': {
      const of = 'subscription' in step ? step.subscription : null
      return money.apply(step, of === null ? undefined : subscriptions.get(of), oneOffs)
    }
    default:
      return actOnPrices(state, step)
  }
}

/** @returns false for an event that is not there, or that a final invoice has counted */
function takeBack(
  events: readonly CameEvent[],
  subscriptions: ReadonlyMap<number, Subscription>,
  id: string,
): boolean {
  const position = events.findIndex((event) => event.id === id)
  const event = events[position]
  if (!event || event.isVoided) return false
  if (isBilled(subscriptions.get(event.subscription), event, position)) return false
  event.isVoided = true
  return true
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

function subscribe({ chains, subscriptions }: State, step: Subscribe, around: Surroundings): boolean {
  if (subscriptions.has(step.subscription)) return false
  const { start, period, count } = step.terms
  const end = step.terms.end ?? Infinity
  const fitting = [...chains].filter(
    ([, { terms, plan }]) =>
      plan === 0 && (terms.isOnce || (terms.period === period && terms.count === count)),
  )
  const reaches = ({ versions }: Chain) => versions.some((one) => one.end > start && one.start < end)
  if (!fitting.some(([, chain]) => reaches(chain))) return false
  const subscription = begin(
    step,
    around.now,
    new Map(fitting.map(([id, chain]) => [id, chain.terms.isOnce ? earliestOf(chain, start) : chain])),
  )
  subscription.chains = new Map(
    [...subscription.chains].map(([id, chain]) => [id, chainIn(chain, subscription)]),
  )
  subscriptions.set(step.subscription, subscription)
  around.money.begin(subscription)
  billCreation(subscription, around)
  return true
}
