import { z } from 'zod'
import { aggregationOf, multiplier, type ReviseInvoice, type Step } from '../lives/step.ts'
import { centsText, fromText, round, sum, times, whole } from '../model/ratio.ts'
import {
  customerIdOf,
  invoiceIdOf,
  lineAtWork,
  oneOffOf,
  priceOf,
  versionAtWork,
} from '../product/find-rows.ts'
import { moneyBody } from '../product/price-rows.ts'
import { customerOf, eventNameOf, type Product, subscriptionOf } from '../product/product.ts'
import { instant, subscriptionBody } from '../product/subscription-body.ts'
import type { Ask, Request } from './ask.ts'

/** What acts have of the world: the API, and rows to find ids by. */
export interface Acting {
  readonly product: Product
  readonly ask: Ask
  readonly read: <Result>(look: () => Promise<Result>) => Promise<Result>
}

type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>

export async function changePrices(
  { product, ask }: Acting,
  step: Of<'add-price' | 'edit-price' | 'end-price'>,
  key: string,
): Promise<void> {
  const { prices, chains, plans } = product
  if (step.kind === 'add-price') {
    const { type, cadence, period, count, isOnce, money, meter } = step.price
    const metered = meter === null ? {} : { meter_id: (await meterOf({ product, ask }, meter)).meterId }
    const body = {
      ...{
        type,
        price_unit_type: 'FIAT',
        entity_type: 'PLAN',
        entity_id: plans[step.plan ?? 0],
        currency: 'usd',
      },
      ...{ billing_period: isOnce ? 'ONETIME' : period, billing_period_count: isOnce ? 1 : count },
      ...{ invoice_cadence: cadence, start_date: instant(step.start), ...moneyBody(money), ...metered },
    }
    const { id } = made.parse(await ask({ method: 'POST', path: '/prices', body, key }))
    prices.set(step.chain, id)
    chains.set(id, step.chain)
    return
  }
  const path = `/prices/${priceOf(product, step.chain)}`
  if (step.kind === 'end-price') {
    await ask({ method: 'DELETE', path, body: { end_date: instant(step.end) }, key })
    return
  }
  const timing = step.isWaiting ? { effective_at: 'next_period' } : { effective_from: instant(step.from) }
  const body = { ...moneyBody(step.money), ...timing }
  prices.set(step.chain, made.parse(await ask({ method: 'PUT', path, body, key })).id)
}

export async function changeLines(
  { product, ask, read }: Acting,
  step: Of<'change-quantity' | 'end-line' | 'override-price' | 'add-line'>,
  key: string,
): Promise<void> {
  const now = new Date(step.at)
  if (step.kind === 'add-line') {
    const path = `/subscriptions/${subscriptionOf(product, step)}/lineitems`
    const body = { price_id: await read(() => versionAtWork(product, step, now)), quantity: step.quantity }
    await ask({ method: 'POST', path, body, key })
    return
  }
  const path = `/subscriptions/lineitems/${await read(() => lineAtWork(product, step, now))}`
  if (step.kind === 'end-line') await ask({ method: 'DELETE', path, body: {}, key })
  else {
    const body = step.kind === 'change-quantity' ? { quantity: step.quantity } : moneyBody(step.money)
    await ask({ method: 'PUT', path, body, key })
  }
}

export async function allow({ product, ask }: Acting, step: Of<'allow-usage'>, key: string): Promise<void> {
  const { featureId } = await meterOf({ product, ask }, step.meter)
  for (const [place, plan_id] of product.plans.entries()) {
    const body = {
      ...{ plan_id, feature_id: featureId, feature_type: 'metered', is_enabled: true },
      ...{ usage_limit: step.limit, ...(step.reset === 'NEVER' ? { usage_reset_period: step.reset } : {}) },
    }
    await ask({ method: 'POST', path: '/entitlements', body, key: `${key}-${place}` })
  }
}

export async function subscribe({ product, ask }: Acting, step: Of<'subscribe'>, key: string): Promise<void> {
  const name = customerOf(step.subscription)
  const customer = { external_id: name, name }
  await ask({ method: 'POST', path: '/customers', body: customer, key: `${key}-customer` })
  const body = subscriptionBody(product, step)
  const { id } = made.parse(await ask({ method: 'POST', path: '/subscriptions', body, key }))
  product.subscriptions.set(step.subscription, id)
}

export async function send({ ask }: Acting, { events }: Of<'send-events'>, key: string): Promise<void> {
  const body = {
    events: events.map(({ id, subscription, meter, time, value }) => ({
      ...{ event_id: id, event_name: eventNameOf(meter), external_customer_id: customerOf(subscription) },
      ...{ timestamp: instant(time), properties: { value } },
    })),
  }
  await ask({ method: 'POST', path: '/events/bulk', body, key })
}

export async function billOnce(
  { product, ask, read }: Acting,
  step: Of<'bill-once' | 'void-one-off'>,
  key: string,
): Promise<void> {
  if (step.kind === 'void-one-off') {
    await ask({ method: 'POST', path: `/invoices/${oneOffOf(product, step.invoice)}/void`, key })
    return
  }
  const customer_id = await read(() => customerIdOf(product, step.subscription))
  const lines = step.amounts.map((amount, place) => ({
    display_name: `Line ${place}`,
    quantity: '1',
    amount,
  }))
  const total = centsText(round(times(sum(step.amounts.map(fromText)), whole(100))))
  const body = {
    ...{ customer_id, currency: 'usd', line_items: lines, idempotency_key: `one-off-${step.invoice}` },
    ...{ subtotal: total, total, amount_due: total },
  }
  const { id } = made.parse(await ask({ method: 'POST', path: '/invoices', body, key }))
  product.oneOffs.set(step.invoice, id)
}

export async function reviseInvoice(
  { product, ask, read }: Acting,
  step: ReviseInvoice,
  key: string,
): Promise<void> {
  const path = `/invoices/${await read(() => invoiceIdOf(product, step))}`
  if (step.kind === 'void-invoice') await ask({ method: 'POST', path: `${path}/void`, key })
  else if (step.kind === 'close-invoice') await ask({ method: 'POST', path: `${path}/finalize`, key })
  else await complete(ask, { method: 'POST', path: `${path}/recalculate`, key })
}

/** Starts a workflow and waits until it has completed; answers its result. */
export async function complete(ask: Ask, start: Request): Promise<unknown> {
  const { workflow_id, run_id } = started.parse(await ask(start))
  const query = new URLSearchParams({ workflow_id, run_id, wait: '20s' })
  for (let look = 0; look < looksMax; look++) {
    const task = ended.parse(await ask({ method: 'GET', path: `/tasks/result?${query}` }))
    if (task.status === 'Completed') return task.result
    if (task.status !== 'Running') throw new Error(`${workflow_id} has ended: ${JSON.stringify(task)}`)
  }
  throw new Error(`${workflow_id} does not end`)
}

/** Of 20 seconds each. */
const looksMax = 30
const made = z.looseObject({ id: z.string() })
const feature = z.looseObject({ id: z.string(), meter_id: z.string() })
const started = z.looseObject({ workflow_id: z.string(), run_id: z.string() })
const ended = z.looseObject({ status: z.string(), result: z.unknown().optional() })

async function meterOf({ product: { meters }, ask }: Pick<Acting, 'product' | 'ask'>, meter: number) {
  const known = meters.get(meter)
  if (known) return known
  const [name, type] = [eventNameOf(meter), aggregationOf(meter)]
  const aggregation = {
    ...{ type, ...(type === 'COUNT' ? {} : { field: 'value' }) },
    ...(type === 'SUM_WITH_MULTIPLIER' ? { multiplier } : {}),
  }
  const terms = { name, event_name: name, aggregation, reset_usage: 'BILLING_PERIOD' }
  const body = { name, type: 'metered', meter: terms }
  const answer = await ask({ method: 'POST', path: '/features', body, key: `feature-${meter}` })
  const { id, meter_id } = feature.parse(answer)
  const of = { featureId: id, meterId: meter_id }
  meters.set(meter, of)
  return of
}
