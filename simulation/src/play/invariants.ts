import {
  type EventListQuery,
  type EventPage,
  listLateEvents,
  listUnattributedEvents,
} from '@flexprice/database/events'
import { z } from 'zod'
import { allLines } from '../model/lines-of-subscription.ts'
import type { Model } from '../model/model.ts'
import type { Subscription } from '../model/subscription.ts'
import { billInProcess } from '../product/bill-in-process.ts'
import { calculationOf } from '../product/calculation.ts'
import { type Product, subscriptionOf } from '../product/product.ts'
import { plainText, type StoredInvoice } from '../product/read-invoices.ts'
import { createInvoiceNumbers } from './invoice-numbers.ts'

interface Previewed {
  readonly subscription: number
  readonly start: number
  readonly reason: string
  /** What its lines come to, in the order of their amounts. */
  readonly amounts: string
  /** What credits would pay; null where something comes, or goes, between now and the invoice. */
  readonly credits: string | null
}

/** What costs much: previews of the instant before, and a billing run again. */
export const checkThorough = {
  /** What the next invoices of those that are due now will be, by their previews; what ends with its start or its trial has none. */
  async before(product: Product, model: Model, now: number): Promise<readonly Previewed[]> {
    const due = [...model.subscriptions.values()].filter((one) => hasNextInvoice(one, now))
    const previewed: Previewed[] = []
    for (const { id, dueAt } of due) {
      const { preview } = await calculationOf(product).previewInvoice({
        kind: 'preview',
        request_key: '',
        subscription_id: subscriptionOf(product, { subscription: id }),
        window: null,
      })
      const from = preview.period_start
      const start = from instanceof Date ? from.getTime() : Date.parse(String(from))
      const lines = z.array(z.object({ amount: z.string() })).parse(preview.line_items)
      previewed.push({
        ...{ subscription: id, start, reason: String(preview.billing_reason) },
        amounts: amountsOf(lines),
        credits: dueAt === now ? plainText(String(preview.total_prepaid_credits_applied)) : null,
      })
    }
    return previewed
  },

  /** Each preview against the invoice that was made, among those that were written last. */
  after(previews: readonly Previewed[], written: readonly StoredInvoice[]): string[] {
    return previews.flatMap(({ subscription, start, reason, amounts, credits }) => {
      const made = written.find(
        (one) =>
          one.subscription === subscription &&
          one.start === start &&
          one.reason === reason &&
          one.status !== 'VOIDED',
      )
      const billed = amountsOf(made?.lines ?? [])
      const of = `subscription ${subscription} (${reason} from ${new Date(start).toISOString()})`
      if (billed !== amounts) return [`${of} was previewed as ${amounts}, and billed ${billed}`]
      // A draft is paid by what credits are there once it is closed.
      const paid = made?.status === 'FINALIZED' ? made.money.credits : null
      if (credits === null || paid === null || paid === credits) return []
      return [`${of} was previewed as paid by credits of ${credits}, and ${paid} were taken`]
    })
  },

  async again({ scoped }: Product, now: number): Promise<string[]> {
    const { done } = await billInProcess(scoped, new Date(now))
    return done > 0 ? [`a second billing did ${done} more`] : []
  },
}

/** Without what is nothing: an invoice of nothing at all may not be there. */
function amountsOf(lines: readonly { readonly amount: string }[]): string {
  const amounts = lines.map(({ amount }) => Number(amount)).filter((amount) => amount !== 0)
  return amounts.toSorted((left, right) => left - right).join(' + ') || '0'
}

/** What ends with its start or its trial has none. */
function hasNextInvoice({ dueAt, status, start, end, trialEnd }: Subscription, now: number): boolean {
  if (dueAt === null || dueAt > now || end <= start) return false
  return !(status === 'trialing' && trialEnd !== null && end <= trialEnd)
}

/** What has to be true of a whole life: each event once or listed with its reason, and numbers without gaps. */
export async function checkWhole(product: Product, model: Model): Promise<string[]> {
  return [...(await gapsIn(product)), ...(await misplacedEvents(product, model))]
}

export async function gapsIn({ scoped }: Product): Promise<string[]> {
  const rows = await scoped.db
    .selectFrom('invoices')
    .select('invoice_number')
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('invoice_number', 'is not', null)
    .execute()
  return createInvoiceNumbers().add(rows.flatMap(({ invoice_number }) => invoice_number ?? []))
}

/** Each page looks at all events behind it, so that all of a life's are asked for at once. */
const pageSize = 50_000

async function misplacedEvents(product: Product, model: Model): Promise<string[]> {
  const listed = {
    late: await idsOf(product, listLateEvents),
    unattributed: await idsOf(product, listUnattributedEvents),
  }
  return model.events.flatMap((event, position) => {
    const subscription = model.subscriptions.get(event.subscription)
    const expected = event.isVoided ? 'counted' : placeOf(event, position, subscription)
    const lists = [listed.late, listed.unattributed].filter((list) => list.has(event.id))
    const actual = lists.length === 0 ? 'counted' : lists.length === 1 ? 'listed' : 'listed twice'
    const is = `event ${event.id} of ${new Date(event.time).toISOString()}`
    return expected === actual ? [] : [`${is} should be ${expected}, and is ${actual}`]
  })
}

/**
 * `counted` are those of a trial and of a period that is not over, too: they are on a line, and nowhere listed. `listed`:
 * as late or as unattributed, as is what lies in a period whose invoice has no line of the meter, or that has no invoice,
 * whatever line a late sync made there.
 */
function placeOf(
  { time, meter }: Model['events'][number],
  position: number,
  subscription: Subscription | undefined,
): 'counted' | 'listed' {
  if (!subscription) return 'listed'
  const ofCycles = subscription.invoices.filter(({ reason }) => reason === 'SUBSCRIPTION_CYCLE')
  const closed = ofCycles.find(
    ({ period, status }) =>
      (status === 'FINALIZED' || status === 'SKIPPED') && period.start <= time && period.end > time,
  )
  const lines = allLines(subscription).filter(({ chain }) => chain.terms.meter === meter)
  if (closed?.metered.some((span) => span.meter === meter && span.start <= time && span.end > time)) {
    return position >= closed.seen ? 'listed' : 'counted'
  }
  const isOnLine = lines.some(({ start, end }) => start <= time && end > time)
  if (!isOnLine || time >= subscription.end) return 'listed'
  // Free, whatever came of the trial.
  if (subscription.trialEnd !== null && time < subscription.trialEnd) return 'counted'
  // Whoever cancelled it wanted it so.
  if (subscription.cancellation?.isSkipped && time >= subscription.current.start) return 'counted'
  const isOver = time < subscription.current.start || subscription.status === 'cancelled'
  if (closed) return 'listed'
  // A draft bills it, or what is made in a voided one's place.
  if (ofCycles.some(({ period }) => period.start <= time && period.end > time)) return 'counted'
  return isOver ? 'listed' : 'counted'
}

async function idsOf(
  { scoped }: Product,
  list: (of: Product['scoped'], query: EventListQuery) => Promise<EventPage>,
): Promise<Set<string>> {
  const ids = new Set<string>()
  let after: EventPage['last']
  do {
    const page = await list(scoped, { pageSize, after })
    for (const { event_id } of page.rows) ids.add(event_id)
    after = page.hasMore ? page.last : undefined
  } while (after)
  return ids
}
