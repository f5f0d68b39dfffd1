import { isCodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import { raisePriceSequences } from '../catalog/plans.ts'
import { endPrice, updatePrice } from '../catalog/price-edits.ts'
import { getPrice } from '../catalog/prices.ts'
import { raiseVersionsInTurn } from '../catalog/waiting-versions.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertLineItem } from '../line-items/line-item-additions.ts'
import { updateLineItem } from '../line-items/line-item-edits.ts'
import { endLineItem } from '../line-items/line-item-ends.ts'
import { insertSubscriptions } from '../subscriptions/subscriptions.ts'
import { addPrice, daysFromNow, newSubscription } from './catalog-rows.ts'
import { closePeriod } from './close-period.ts'
import { overridePrice } from './line-world.ts'
import { readWorld } from './price-sync-world.ts'
import type { WorldStep } from './world-step.ts'

const termsChoices = [
  { currency: 'usd', billing_period: 'MONTHLY', billing_period_count: 1 },
  { currency: 'eur', billing_period: 'MONTHLY', billing_period_count: 1 },
  { currency: 'usd', billing_period: 'ANNUAL', billing_period_count: 1 },
  { currency: 'usd', billing_period: 'MONTHLY', billing_period_count: 3 },
  { currency: 'usd', billing_period: 'ONETIME', billing_period_count: 1 },
] as const

/** Refusals that a random step may meet, alone or beside others: anything else is a defect. */
const refusals = new Set([
  'validation_error',
  'invalid_operation',
  'state_conflict',
  'not_found',
  'already_exists',
  'not_implemented',
])

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
      const from = step.from === null ? undefined : daysFromNow(step.from)
      // The doors let one that waits begin with the edit alone.
      const timing = step.waits
        ? { startsAt: from, effectiveAt: 'next_period' as const }
        : { effectiveFrom: from }
      await updatePrice(transaction, { priceId: price.id, changes, ...timing, now })
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
  const price = await getPrice(transaction, priceId)
  if (price.successor_price_id !== null) return
  await raiseVersionsInTurn(transaction, [{ price, sequence: sequence ?? 0 }])
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
      // A boundary of the monthly ones is among the days on which something happens.
      billingAnchor: daysFromNow(4),
      status: step.paused ? 'paused' : 'active',
    }),
  )
  return insertSubscriptions(scoped, { planId, subscriptions, now })
}

async function changeSubscription(
  { scoped, planId, now }: StepTarget,
  step: Extract<WorldStep, { kind: 'cancel' | 'bill' | 'override' | 'add line' | LineStep['kind'] }>,
): Promise<undefined> {
  const { prices, subscriptions, lines } = await readWorld(scoped, planId)
  if (step.kind !== 'end line' && step.kind !== 'quantity' && step.kind !== 'amount') {
    const subscription = subscriptions[step.subscription % subscriptions.length]
    if (!subscription) return
    if (step.kind === 'cancel') return cancel(scoped, subscription.id)
    if (step.kind === 'bill') {
      const invoiceStatus = step.draft ? 'DRAFT' : 'SKIPPED'
      return closePeriod(scoped, subscription.id, { end: daysFromNow(step.until), invoiceStatus })
    }
    const price = prices[step.price % prices.length]
    if (!price) return
    if (step.kind === 'add line') {
      const startDate = daysFromNow(step.at)
      const endDate = step.days === null ? undefined : daysFromNow(step.at + step.days)
      await insertLineItem(scoped, {
        ...{ subscriptionId: subscription.id, price: { id: price.id }, startDate, endDate, now },
      })
      return
    }
    const override = { subscriptionId: subscription.id, priceId: price.id, money: { amount: '3' } }
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
  await changeLine(scoped, { lineItemId: id, now }, step)
}

type LineStep = Extract<WorldStep, { kind: 'end line' | 'quantity' | 'amount' }>

async function changeLine(
  scoped: Scoped,
  line: { lineItemId: string; now: Date },
  step: LineStep,
): Promise<undefined> {
  const at = step.at === null ? undefined : daysFromNow(step.at)
  if (step.kind === 'end line') {
    await endLineItem(scoped, { ...line, endDate: at })
  } else if (step.kind === 'quantity') {
    await updateLineItem(scoped, { ...line, quantity: String(step.quantity), money: {}, effectiveFrom: at })
  } else {
    await updateLineItem(scoped, { ...line, money: { amount: '3.25' }, effectiveFrom: at })
  }
}

async function cancel(scoped: Scoped, id: string): Promise<undefined> {
  await scoped.db
    .updateTable('subscriptions')
    .set({ subscription_status: 'cancelled' })
    .where('id', '=', id)
    .execute()
}
