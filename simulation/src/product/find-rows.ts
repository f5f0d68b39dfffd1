import { notFound } from '@flexprice/domain'
import { customerOf, type Product, subscriptionOf } from './product.ts'

export interface OfLine {
  readonly subscription: number
  readonly chain: number
}

/** An invoice of the subscription, counted from its latest one back. */
export async function invoiceIdOf(
  product: Product,
  of: { readonly subscription: number; readonly back: number },
): Promise<string> {
  const row = await product.scoped.db
    .selectFrom('invoices')
    .select('id')
    .where('subscription_id', '=', subscriptionOf(product, of))
    .orderBy('billing_sequence', 'desc')
    .offset(of.back)
    .limit(1)
    .executeTakeFirstOrThrow()
  return row.id
}

/** The line of the chain, or of an override of it, that is at work now or as the subscription starts. */
export async function lineAtWork(product: Product, step: OfLine, now: Date): Promise<string> {
  const subscriptionId = subscriptionOf(product, step)
  const { db } = product.scoped
  const { root_price_id: root } = await db
    .selectFrom('prices')
    .select('root_price_id')
    .where('id', '=', priceOf(product, step.chain))
    .executeTakeFirstOrThrow()
  const lines = await db
    .selectFrom('subscription_line_items as line')
    .innerJoin('prices as price', 'price.id', 'line.price_id')
    .leftJoin('prices as replaced', 'replaced.id', 'price.overridden_price_id')
    .innerJoin('subscriptions as s', 's.id', 'line.subscription_id')
    .select(['line.id', 'line.start_date', 'line.end_date', 's.start_date as subscription_start'])
    .where('line.subscription_id', '=', subscriptionId)
    .where((row) => row.or([row('price.root_price_id', '=', root), row('replaced.root_price_id', '=', root)]))
    .execute()
  const line = lines.find(({ start_date: start, end_date: end, subscription_start }) => {
    const from = subscription_start > now ? subscription_start : now
    return start <= from && (end === null || end > from)
  })
  if (!line) throw new Error(`subscription ${step.subscription} has no line of chain ${step.chain} at work`)
  return line.id
}

/** The version of the plan's price that is at work now. */
export async function versionAtWork(product: Product, step: OfLine, now: Date): Promise<string> {
  const { db } = product.scoped
  const last = await db
    .selectFrom('prices')
    .select('root_price_id')
    .where('id', '=', priceOf(product, step.chain))
    .executeTakeFirstOrThrow()
  const row = await db
    .selectFrom('prices')
    .select('id')
    .where('root_price_id', '=', last.root_price_id)
    .where('start_date', '<=', now)
    .where((version) => version.or([version('end_date', 'is', null), version('end_date', '>', now)]))
    .executeTakeFirstOrThrow()
  return row.id
}

/** The chain's last price. */
export function priceOf({ prices }: Product, chain: number): string {
  const id = prices.get(chain)
  if (id === undefined) throw new Error(`chain ${chain} has no price`)
  return id
}

export async function customerIdOf({ scoped }: Product, subscription: number): Promise<string> {
  const row = await scoped.db
    .selectFrom('customers')
    .select('id')
    .where('external_id', '=', customerOf(subscription))
    .executeTakeFirstOrThrow()
  return row.id
}

export function oneOffOf({ oneOffs }: Product, invoice: number): string {
  const id = oneOffs.get(invoice)
  if (id === undefined) throw new Error(`one-off ${invoice} was not made`)
  return id
}

/** What waits for the subscription's boundary. @throws not_found where nothing does */
export async function pendingSchedule({ scoped }: Product, subscriptionId: string): Promise<string> {
  const row = await scoped.db
    .selectFrom('subscription_schedules')
    .select('id')
    .where('subscription_id', '=', subscriptionId)
    .where('schedule_status', '=', 'pending')
    .executeTakeFirst()
  if (!row) throw notFound('Schedule', subscriptionId)
  return row.id
}

/** The subscription's own period, as a change of its plan says it. */
export async function periodOf({ scoped }: Product, subscriptionId: string) {
  return await scoped.db
    .selectFrom('subscriptions')
    .select(['billing_period', 'billing_period_count', 'billing_cycle'])
    .where('id', '=', subscriptionId)
    .executeTakeFirstOrThrow()
}
