import type { Selectable } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { listUnbilledFrom } from '../price-sync/unbilled-from.ts'
import type { PriceTable } from '../tables/catalog-tables.ts'
import {
  type ModelLine,
  type ModelPrice,
  type ModelSubscription,
  type ModelWorld,
  sortedLines,
} from './price-sync-model.ts'

/** What the database holds of a plan, as the model reads it; lines are in a fixed order. */
export async function readWorld(scoped: Scoped, planId: string): Promise<ModelWorld & { floor: number }> {
  const { db } = scoped
  const plan = await db
    .selectFrom('plans')
    .select('synced_price_sequence')
    .where('id', '=', planId)
    .executeTakeFirstOrThrow()
  const prices = await db.selectFrom('prices').selectAll().orderBy('id').execute()
  const subscriptions = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where('plan_id', '=', planId)
    .where('subscription_status', '<>', 'cancelled')
    .orderBy('id')
    .execute()
  const ids = subscriptions.map(({ id }) => id)
  const unbilledFrom = await listUnbilledFrom(scoped, ids)
  return {
    floor: plan.synced_price_sequence,
    prices: prices.filter((price) => price.plan_id === planId).map(modelPrice),
    overrides: prices.flatMap(
      ({ id, subscription_id: subscriptionId, overridden_price_id: priceId, start_date }) =>
        subscriptionId !== null && priceId !== null
          ? [{ id, subscriptionId, priceId, start: start_date.getTime() }]
          : [],
    ),
    subscriptions: subscriptions.map(
      (subscription): ModelSubscription => ({
        id: subscription.id,
        terms: termsOf(subscription),
        start: subscription.start_date.getTime(),
        sequence: subscription.synced_price_sequence,
        unbilledFrom: (unbilledFrom.get(subscription.id) ?? subscription.current_period_start).getTime(),
        boundaries: {
          since: subscription.start_date,
          trialEnd: null,
          grid: {
            anchor: subscription.billing_anchor,
            period: subscription.billing_period,
            count: subscription.billing_period_count,
            timeZone: subscription.timezone,
          },
        },
      }),
    ),
    lines: await readLines(scoped, planId),
  }
}

function modelPrice(price: Selectable<PriceTable>): ModelPrice {
  return {
    id: price.id,
    rootId: price.root_price_id,
    successorId: price.successor_price_id,
    terms: termsOf(price),
    oneTime: price.billing_period === 'ONETIME',
    start: price.start_date.getTime(),
    end: price.end_date?.getTime() ?? null,
    waitsFor: price.waits_for,
    minQuantity: price.min_quantity,
    sequence: price.sequence,
  }
}

/** Also those of cancelled subscriptions: a sync must leave them as they are. */
async function readLines(scoped: Scoped, planId: string): Promise<ModelLine[]> {
  const lines = await scoped.db
    .selectFrom('subscription_line_items as line')
    .innerJoin('subscriptions as s', 's.id', 'line.subscription_id')
    .select([
      'subscription_id',
      'price_id',
      'quantity',
      'ended_by',
      'user_end',
      'line.start_date',
      'line.end_date',
    ])
    .where('s.plan_id', '=', planId)
    .execute()
  return sortedLines(
    lines.map((line) => ({
      subscriptionId: line.subscription_id,
      priceId: line.price_id,
      start: line.start_date.getTime(),
      end: line.end_date?.getTime() ?? null,
      endedBy: line.ended_by,
      userEnd: line.user_end?.getTime() ?? null,
      quantity: Number(line.quantity),
    })),
  )
}

function termsOf(row: { currency: string; billing_period: string; billing_period_count: number }): string {
  return `${row.currency} ${row.billing_period} ${row.billing_period_count}`
}
