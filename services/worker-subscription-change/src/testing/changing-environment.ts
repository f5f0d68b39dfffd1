import {
  createSubscriptionChangeActivities,
  type SubscriptionChangeActivities,
} from '@flexprice/activities/subscription-change'
import type { PlanChangeOrder, SubscriptionChangeInput } from '@flexprice/contracts/workflows'
import { insertPlan, insertPrices } from '@flexprice/database/catalog'
import { newestChangeId } from '@flexprice/database/changes'
import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { insertSubscriptions } from '@flexprice/database/subscriptions'
import type { TestDatabase } from '@flexprice/testing'

const start = new Date('2026-08-01T00:00:00Z')
const firstEnd = new Date('2026-09-01T00:00:00Z')

/** An environment with monthly subscriptions on a plan of 20 since 15 September, whose time on it is charged and not paid. */
export interface ChangingEnvironment {
  readonly scoped: Scoped
  readonly subscriptionIds: readonly string[]
  /** 20, 10 and 60 in advance, each month. */
  readonly plans: { readonly other: string; readonly basic: string; readonly pro: string }
}

const amounts = { other: '20', basic: '10', pro: '60' } as const
export type PlanName = keyof typeof amounts

/** @param clockAt where its test clock stands in the end; from October on a period is behind with its billing */
export async function addChangingEnvironment(
  database: TestDatabase,
  { clockAt, count = 1 }: { readonly clockAt: string; readonly count?: number },
): Promise<ChangingEnvironment> {
  const scoped = await database.newTenant({ clockAt: start })
  const planOf = (name: PlanName | 'first', amount: string) => addPlan(scoped, name, amount)
  const plans = {
    other: await planOf('other', amounts.other),
    basic: await planOf('basic', amounts.basic),
    pro: await planOf('pro', amounts.pro),
  }
  const first = await planOf('first', '10')
  const { id: customerId } = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, start)
  const subscription = {
    customerId,
    currency: 'usd',
    billingPeriod: 'MONTHLY',
    billingPeriodCount: 1,
    billingCycle: 'anniversary',
    billingAnchor: start,
    timezone: 'UTC',
    startDate: start,
    endDate: null,
    currentPeriodStart: start,
    currentPeriodEnd: firstEnd,
    status: 'active',
  } as const
  const subscriptionIds = await insertSubscriptions(scoped, {
    ...{ planId: first, now: start },
    subscriptions: Array.from({ length: count }, () => subscription),
  })
  const environment = { scoped, subscriptionIds, plans }
  await database.moveClock(scoped, new Date('2026-09-15T00:00:00Z'))
  for (const id of subscriptionIds) await changeHere(environment, id, 'other')
  await database.moveClock(scoped, new Date(clockAt))
  return environment
}

async function addPlan(scoped: Scoped, name: string, amount: string): Promise<string> {
  const { id } = await insertPlan(scoped, { name }, start)
  const price = {
    plan_id: id,
    type: 'FIXED',
    invoice_cadence: 'ADVANCE',
    billing_model: 'FLAT_FEE',
    amount,
    currency: 'usd',
    billing_period: 'MONTHLY',
    start_date: start,
  } as const
  await inTransaction(scoped, (transaction) => insertPrices(transaction, [price], start))
  return id
}

export function orderOf({ plans }: ChangingEnvironment, to: PlanName): PlanChangeOrder {
  return {
    ...{ kind: 'plan_change', target_plan_id: plans[to], proration_behavior: 'create_prorations' },
    ...{ change_at: 'immediate', supersede: false, period: null },
  }
}

/** What the gateway starts the workflow with. */
export async function changeInput(
  environment: ChangingEnvironment,
  subscriptionId: string,
  to: PlanName,
): Promise<SubscriptionChangeInput> {
  return {
    ...{ mode: 'execute', subscription_id: subscriptionId, request: orderOf(environment, to) },
    seen_change_id: await newestChangeId(environment.scoped, subscriptionId),
    ...{ idempotency_key: `${subscriptionId} ${to}`, request_hash: 'hash' },
  }
}

/** The same change in the test's own process. */
export async function changeHere(environment: ChangingEnvironment, subscriptionId: string, to: PlanName) {
  return activitiesOf(environment).changeSubscription(await changeInput(environment, subscriptionId, to))
}

function activitiesOf({ scoped }: ChangingEnvironment): SubscriptionChangeActivities {
  const events = {
    changed: () => undefined,
    schedulesFailed: () => undefined,
    bulkPaged: () => undefined,
    bulkDone: () => undefined,
  }
  return createSubscriptionChangeActivities({ scoped: () => scoped, slicesMax: 1, events })
}

/** All that changes and billing have written of each subscription, but ids. */
export async function writtenIn({ scoped: { db }, subscriptionIds, plans }: ChangingEnvironment) {
  const names = new Map(Object.entries(plans).map(([name, id]) => [id, name]))
  const rowsOf = async <Row extends { readonly subscription_id: string | null }>(rows: Promise<Row[]>) => {
    const bySubscription = Map.groupBy(await rows, ({ subscription_id: id }) => id)
    return (id: string) => (bySubscription.get(id) ?? []).map(({ subscription_id: _, ...row }) => row)
  }
  const subscriptions = await db
    .selectFrom('subscriptions')
    .select(['id', 'plan_id', 'version', 'current_period_start'])
    .execute()
  const invoices = db
    .selectFrom('invoices')
    .select([
      'subscription_id',
      'billing_reason',
      'invoice_status',
      'total',
      'amount_due',
      'amount_remaining',
    ])
  const credits = db.selectFrom('line_credits').select(['subscription_id', 'amount', 'netted_amount'])
  const lines = db.selectFrom('subscription_line_items').select(['subscription_id', 'start_date', 'end_date'])
  const changes = db.selectFrom('subscription_changes').select(['subscription_id', 'net_amount'])
  const invoicesOf = await rowsOf(invoices.orderBy('id').execute())
  const creditsOf = await rowsOf(credits.orderBy('id').execute())
  const linesOf = await rowsOf(lines.orderBy('id').execute())
  const changesOf = await rowsOf(changes.orderBy('id').execute())
  return subscriptionIds.map((id) => {
    const row = subscriptions.find((one) => one.id === id)
    return {
      ...{ plan: names.get(row?.plan_id ?? ''), version: row?.version, since: row?.current_period_start },
      ...{ invoices: invoicesOf(id), credits: creditsOf(id), lines: linesOf(id), changes: changesOf(id) },
    }
  })
}
