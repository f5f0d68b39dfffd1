import { endPrice, insertPrices, updatePrice } from '@flexprice/database/catalog'
import { inTransaction } from '@flexprice/database/connection'
import { insertEntitlements } from '@flexprice/database/entitlements'
import { postgresEventStore, voidEvent } from '@flexprice/database/events'
import { endLineItem, insertLineItem, updateLineItem } from '@flexprice/database/line-items'
import {
  finishPriceSyncRun,
  getPriceSyncRun,
  startPriceSyncRun,
  syncPriceSlicePage,
} from '@flexprice/database/price-sync'
import type { AllowUsage, SendEvents, Step, Subscribe } from '../lives/step.ts'
import { moneyRow, priceRow } from './price-rows.ts'
import { customerOf, eventNameOf, makeCustomer, meterOf, type Product, subscriptionOf } from './product.ts'

/** Does in the product what a step says, through the functions that its doors call. @throws what the product refuses with */
export async function perform(product: Product, step: Step): Promise<void> {
  const { scoped } = product
  const now = new Date(step.at)
  switch (step.kind) {
    case 'wait':
      return
    case 'add-price':
    case 'edit-price':
    case 'end-price':
      return changePrices(product, step, now)
    case 'allow-usage':
      return allow(product, step, now)
    case 'sync-prices':
      return sync(product, now)
    case 'subscribe':
      return subscribe(product, step, now)
    case 'send-events':
      return send(product, step)
    case 'void-event':
      return inTransaction(scoped, (transaction) => voidEvent(transaction, step.id, now))
    case 'change-quantity':
    case 'end-line':
    case 'override-price':
    case 'add-line':
      return changeLines(product, step, now)
  }
}

type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>

async function changePrices(
  product: Product,
  step: Of<'add-price' | 'edit-price' | 'end-price'>,
  now: Date,
): Promise<void> {
  const { scoped, prices, chains, planId } = product
  if (step.kind === 'add-price') {
    const { meter } = step.price
    const meterId = meter === null ? undefined : (await meterOf(product, meter, now)).meterId
    const row = priceRow(step.price, { planId, meterId, start: new Date(step.start) })
    const made = await inTransaction(scoped, (transaction) => insertPrices(transaction, [row], now))
    for (const { id } of made) {
      prices.set(step.chain, id)
      chains.set(id, step.chain)
    }
    return
  }
  const priceId = priceOf(product, step.chain)
  await inTransaction(scoped, async (transaction) => {
    if (step.kind === 'end-price') {
      await endPrice(transaction, { priceId, endDate: new Date(step.end), now })
      return
    }
    const effectiveFrom = new Date(step.from)
    const edit = { priceId, changes: moneyRow(step.money), effectiveFrom, now }
    prices.set(step.chain, (await updatePrice(transaction, edit)).id)
  })
}

async function changeLines(
  product: Product,
  step: Of<'change-quantity' | 'end-line' | 'override-price' | 'add-line'>,
  now: Date,
): Promise<void> {
  const { scoped } = product
  if (step.kind === 'add-line') {
    const price = { id: await versionAtWork(product, step, now) }
    const subscriptionId = subscriptionOf(product, step)
    await insertLineItem(scoped, { subscriptionId, price, quantity: step.quantity, now })
    return
  }
  const lineItemId = await lineAtWork(product, step, now)
  if (step.kind === 'end-line') return endLineItem(scoped, { lineItemId, now })
  const change =
    step.kind === 'change-quantity' ? { quantity: step.quantity, money: {} } : { money: moneyRow(step.money) }
  await updateLineItem(scoped, { lineItemId, ...change, now })
}

async function allow(product: Product, { meter, limit, reset }: AllowUsage, now: Date): Promise<void> {
  const { featureId } = await meterOf(product, meter, now)
  const terms = { is_enabled: true, is_soft_limit: false, static_value: null, config_value: null }
  const free = { usage_limit: limit, usage_reset_period: reset === 'NEVER' ? reset : null }
  const of = { feature_id: featureId, plan_id: product.planId }
  const entitlement = { ...of, feature_type: 'metered' as const, ...terms, ...free }
  await inTransaction(product.scoped, (transaction) => insertEntitlements(transaction, [entitlement], now))
}

const subscriptionsPerPageMax = 100

async function sync({ scoped, planId }: Product, now: Date): Promise<void> {
  const workflow = { id: `price-sync:${planId}`, runId: `at ${now.toISOString()}` }
  const started = await startPriceSyncRun(scoped, { planId, workflow, slicesMax: 1 })
  if (started.runId === null) return
  const run = await getPriceSyncRun(scoped, started.runId)
  const subscriptionsMax = subscriptionsPerPageMax
  for (const slice of started.slices) {
    while ((await syncPriceSlicePage(scoped, { run, slice, subscriptionsMax, now })) === subscriptionsMax);
  }
  await finishPriceSyncRun(scoped, started.runId)
}

async function subscribe(product: Product, { subscription, terms }: Subscribe, now: Date): Promise<void> {
  await makeCustomer(product, subscription, now)
  const { anchor, end } = terms
  const request = {
    ...{ external_customer_id: customerOf(subscription), plan_id: product.planId, currency: 'usd' },
    ...{ billing_period: terms.period, billing_period_count: terms.count, timezone: terms.zone },
    ...{ billing_cycle: terms.cycle, trial_period_days: terms.trialDays },
    ...(anchor === null ? {} : { billing_anchor: instant(anchor) }),
    ...(end === null ? {} : { end_date: instant(end) }),
    start_date: instant(terms.start),
    proration_behavior: terms.isProrated ? 'create_prorations' : 'none',
  }
  const key = `subscription-${subscription}`
  const input = { kind: 'one', request, idempotency_key: key, request_hash: key } as const
  const { subscription_id: id } = await product.creation.createSubscription(input)
  product.subscriptions.set(subscription, id)
}

async function send({ scoped }: Product, { events }: SendEvents): Promise<void> {
  await postgresEventStore.append(
    scoped,
    events.map(({ id, subscription, meter, time, value }) => ({
      ...{ eventId: id, eventName: eventNameOf(meter), externalCustomerId: customerOf(subscription) },
      ...{ customerId: null, timestamp: instant(time), source: null, properties: { value } },
    })),
  )
}

interface OfLine {
  readonly subscription: number
  readonly chain: number
}

/** The line of the chain, or of an override of it, that is at work now or as the subscription starts. */
async function lineAtWork(product: Product, step: OfLine, now: Date): Promise<string> {
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

async function versionAtWork(product: Product, step: OfLine, now: Date): Promise<string> {
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

function priceOf({ prices }: Product, chain: number): string {
  const id = prices.get(chain)
  if (id === undefined) throw new Error(`chain ${chain} has no price`)
  return id
}

function instant(at: number): string {
  return new Date(at).toISOString()
}
