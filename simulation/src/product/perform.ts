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
import { isChange } from '../lives/change-step.ts'
import type { AllowUsage, SendEvents, Step, Subscribe } from '../lives/step.ts'
import { billOnce } from './bill-once.ts'
import { changeSubscription } from './change-subscription.ts'
import { lineAtWork, priceOf, versionAtWork } from './find-rows.ts'
import { moveMoney } from './move-money.ts'
import { moneyRow, priceRow } from './price-rows.ts'
import { customerOf, eventNameOf, makeCustomer, meterOf, type Product, subscriptionOf } from './product.ts'
import { reviseInvoice } from './revise-invoice.ts'
import { instant, subscriptionBody } from './subscription-body.ts'

/** Does in the product what a step says, through the functions that its doors call. @throws what the product refuses with */
export async function perform(product: Product, step: Step): Promise<void> {
  const { scoped } = product
  const now = new Date(step.at)
  if (isChange(step)) return changeSubscription(product, step, now)
  switch (step.kind) {
    case 'wait':
    case 'disturb':
      return
    case 'add-price':
    case 'edit-price':
    case 'end-price':
      return changePrices(product, step, now)
    case 'allow-usage':
      return allow(product, step, now)
    case 'sync-prices':
      for (const planId of product.plans) await sync(product, planId, now)
      return
    case 'subscribe':
      return subscribe(product, step, now)
    case 'send-events':
      return send(product, step)
    case 'bill-once':
    case 'void-one-off':
      return billOnce(product, step, now)
    case 'void-invoice':
    case 'replace-invoice':
    case 'close-invoice':
      return reviseInvoice(product, step, now)
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
    case 'void-note':
      return moveMoney(product, step, now)
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
  const { scoped, prices, chains, plans } = product
  if (step.kind === 'add-price') {
    const { meter } = step.price
    const meterId = meter === null ? undefined : (await meterOf(product, meter, now)).meterId
    const row = priceRow(step.price, { planId: plans[step.plan ?? 0], meterId, start: new Date(step.start) })
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
    const timing = step.isWaiting
      ? ({ effectiveAt: 'next_period' } as const)
      : { effectiveFrom: new Date(step.from) }
    const edit = { priceId, changes: moneyRow(step.money), ...timing, now }
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
  const entitlements = product.plans.map((plan_id) => ({
    ...{ feature_id: featureId, plan_id, feature_type: 'metered' as const, ...terms, ...free },
  }))
  await inTransaction(product.scoped, (transaction) => insertEntitlements(transaction, entitlements, now))
}

const subscriptionsPerPageMax = 100

async function sync({ scoped }: Product, planId: string, now: Date): Promise<void> {
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

async function subscribe(product: Product, step: Subscribe, now: Date): Promise<void> {
  const { subscription } = step
  await makeCustomer(product, subscription, now)
  const request = subscriptionBody(product, step)
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
