import { isCodedError } from '@flexprice/domain'
import fc from 'fast-check'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection.ts'
import { endLineItem, overridePrice } from '../line-items.ts'
import { raisePriceSequences } from '../plans.ts'
import { endPrice, updatePrice } from '../price-edits.ts'
import { insertSubscriptions } from '../subscriptions.ts'
import { addPrice, daysFromNow, newSubscription } from './catalog-rows.ts'
import { readWorld } from './price-sync-world.ts'

/** Something that changes a plan, its subscriptions or their lines; numbers pick among what there is. */
export type WorldStep =
  | {
      kind: 'price'
      terms: number
      start: number
      days: number | null
      minQuantity: number | null
    }
  | { kind: 'edit'; price: number; from: number | null }
  | { kind: 'end price'; price: number; at: number | null }
  | { kind: 'reopen price'; price: number }
  | { kind: 'subscribe'; terms: number; starts: readonly number[]; paused: boolean }
  | { kind: 'cancel'; subscription: number }
  | { kind: 'override'; subscription: number; price: number; from: number }
  | { kind: 'end line'; line: number; at: number }
  | { kind: 'quantity'; line: number; quantity: number }

const pick = fc.nat({ max: 30 })
const terms = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 4 }))

export const worldStep: fc.Arbitrary<WorldStep> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('price' as const),
      terms,
      start: fc.integer({ min: -12, max: 12 }),
      days: fc.option(fc.nat({ max: 20 })),
      minQuantity: fc.option(fc.nat({ max: 5 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      price: pick,
      from: fc.option(fc.integer({ min: -5, max: 12 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('end price' as const),
      price: pick,
      at: fc.option(fc.integer({ min: -5, max: 15 })),
    }),
  },
  fc.record({ kind: fc.constant('reopen price' as const), price: pick }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      terms: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 3 })),
      starts: fc.array(fc.integer({ min: -15, max: 15 }), { minLength: 1, maxLength: 3 }),
      paused: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('cancel' as const), subscription: pick }),
  fc.record({
    kind: fc.constant('override' as const),
    subscription: pick,
    price: pick,
    from: fc.integer({ min: -5, max: 10 }),
  }),
  fc.record({ kind: fc.constant('end line' as const), line: pick, at: fc.integer({ min: -5, max: 15 }) }),
  fc.record({ kind: fc.constant('quantity' as const), line: pick, quantity: fc.nat({ max: 9 }) }),
)

const termsChoices = [
  { currency: 'usd', billing_period: 'MONTHLY', billing_period_count: 1 },
  { currency: 'eur', billing_period: 'MONTHLY', billing_period_count: 1 },
  { currency: 'usd', billing_period: 'ANNUAL', billing_period_count: 1 },
  { currency: 'usd', billing_period: 'MONTHLY', billing_period_count: 3 },
  { currency: 'usd', billing_period: 'ONETIME', billing_period_count: 1 },
] as const

/** Refusals that a random step may meet, alone or beside others: anything else is a defect. */
const refusals = new Set(['validation_error', 'invalid_operation', 'not_found', 'already_exists'])

export interface StepTarget {
  readonly scoped: Scoped
  readonly planId: string
  readonly customerId: string
  readonly now: Date
}

/** @returns the new subscriptions' ids, or the code of the refusal */
export async function takeStep(target: StepTarget, step: WorldStep): Promise<readonly string[] | string> {
  try {
    return (await take(target, step)) ?? []
  } catch (error) {
    if (isCodedError(error) && refusals.has(error.code)) return error.code
    throw error
  }
}

async function take(target: StepTarget, step: WorldStep): Promise<readonly string[] | undefined> {
  switch (step.kind) {
    case 'price':
    case 'edit':
    case 'end price':
    case 'reopen price':
      return changePrices(target, step)
    case 'subscribe':
      return subscribe(target, step)
    default:
      return changeSubscription(target, step)
  }
}

async function changePrices(
  { scoped, planId, now }: StepTarget,
  step: Extract<WorldStep, { kind: 'price' | 'edit' | 'end price' | 'reopen price' }>,
): Promise<undefined> {
  if (step.kind === 'price') {
    await addPrice(scoped, {
      plan_id: planId,
      ...termsChoices[step.terms],
      start_date: daysFromNow(step.start),
      end_date: step.days === null ? null : daysFromNow(step.start + step.days),
      min_quantity: step.minQuantity,
    })
    return
  }
  const { prices } = await readWorld(scoped, planId)
  const price = prices[step.price % prices.length]
  if (!price) return
  await inTransaction(scoped, async (transaction) => {
    if (step.kind === 'edit') {
      const changes = { amount: String(11 + prices.length) }
      const effectiveFrom = step.from === null ? undefined : daysFromNow(step.from)
      await updatePrice(transaction, { priceId: price.id, changes, effectiveFrom, now })
    } else if (step.kind === 'end price') {
      const endDate = step.at === null ? undefined : daysFromNow(step.at)
      await endPrice(transaction, { priceId: price.id, endDate, now })
    } else {
      await reopenPrice(transaction, planId, price.id)
    }
  })
}

/** No function does so yet, but the table has its row: "price's end has moved or gone". */
async function reopenPrice(transaction: Scoped, planId: string, priceId: string): Promise<void> {
  const sequence = (await raisePriceSequences(transaction, [planId])).get(planId)
  await sql`update prices set end_date = null, sequence = ${sequence}
    where id = ${priceId} and successor_price_id is null`.execute(transaction.db)
}

function subscribe(
  { scoped, planId, customerId, now }: StepTarget,
  step: Extract<WorldStep, { kind: 'subscribe' }>,
): Promise<readonly string[]> {
  const { currency, billing_period, billing_period_count } = termsChoices[step.terms] ?? termsChoices[0]
  if (billing_period === 'ONETIME') throw new Error('a subscription recurs')
  const subscriptions = step.starts.map((start) =>
    newSubscription(customerId, {
      currency,
      billingPeriod: billing_period,
      billingPeriodCount: billing_period_count,
      startDate: daysFromNow(start),
      status: step.paused ? 'paused' : 'active',
    }),
  )
  return insertSubscriptions(scoped, { planId, subscriptions, now })
}

async function changeSubscription(
  { scoped, planId, now }: StepTarget,
  step: Extract<WorldStep, { kind: 'cancel' | 'override' | 'end line' | 'quantity' }>,
): Promise<undefined> {
  const { prices, subscriptions, lines } = await readWorld(scoped, planId)
  if (step.kind === 'cancel' || step.kind === 'override') {
    const subscription = subscriptions[step.subscription % subscriptions.length]
    if (!subscription) return
    if (step.kind === 'cancel') return cancel(scoped, subscription.id)
    const price = prices[step.price % prices.length]
    if (!price) return
    const override = { subscriptionId: subscription.id, priceId: price.id, amount: '3' }
    await overridePrice(scoped, { ...override, effectiveFrom: daysFromNow(step.from), now })
    return
  }
  const line = lines[step.line % lines.length]
  if (!line) return
  const { id } = await scoped.db
    .selectFrom('subscription_line_items')
    .select('id')
    .where('subscription_id', '=', line.subscriptionId)
    .where('price_id', '=', line.priceId)
    .where('start_date', '=', new Date(line.start))
    .executeTakeFirstOrThrow()
  if (step.kind === 'end line') {
    await endLineItem(scoped, { lineItemId: id, endDate: daysFromNow(step.at), now })
  } else {
    const quantity = String(step.quantity)
    await scoped.db.updateTable('subscription_line_items').set({ quantity }).where('id', '=', id).execute()
  }
}

async function cancel(scoped: Scoped, id: string): Promise<undefined> {
  await scoped.db
    .updateTable('subscriptions')
    .set({ subscription_status: 'cancelled' })
    .where('id', '=', id)
    .execute()
}
