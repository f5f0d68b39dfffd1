import { equalDecimals, formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { priceBody } from '@flexprice/testing'
import type { Caller } from './caller-under-test.ts'
import { addCharged, type ChargedSubscription } from './charged-subscription.ts'

export const grantsBegin = '2026-08-01T00:00:00.000Z'

/** Ten credits a month, unless told otherwise. */
export function grantBody(changes: object = {}) {
  return { name: 'Monthly credits', cadence: 'RECURRING', period: 'MONTHLY', credits: '10', ...changes }
}

/** A plan of 10 a month in advance, which gives credits. */
export async function addGivingPlan(caller: Caller, grants: readonly object[] = [grantBody()]) {
  const plan = await caller.create('/plans', { name: 'Pro' })
  const long = { start_date: '2020-01-01T00:00:00Z', amount: '10' }
  await caller.create('/prices', priceBody(plan.id, long))
  const made = await Promise.all(
    grants.map((grant) => caller.create('/creditgrants', { scope: 'PLAN', plan_id: plan.id, ...grant })),
  )
  return { planId: plan.id, grantIds: made.map(({ id }) => id) }
}

export async function addGranted(
  caller: Caller,
  {
    grants,
    own = [],
    changes = {},
  }: { grants?: readonly object[]; own?: readonly object[]; changes?: object },
): Promise<ChargedSubscription & { readonly grantIds: readonly string[] }> {
  const { planId, grantIds } = await addGivingPlan(caller, grants)
  const credit_grants = own.map((grant) => ({ scope: 'SUBSCRIPTION', ...grant }))
  const charged = await addCharged(caller, {
    start: grantsBegin,
    planId,
    changes: { credit_grants, ...changes },
  })
  return { ...charged, grantIds }
}

export interface GivenCredit {
  readonly on: string
  readonly credits: string
  readonly status: string
  readonly expires: string | null
  readonly appliedOn: string | null
}

/** What was given to a subscription, and what is to come, in the order of the instants; by what the ledger says. */
export async function givenTo({ scoped }: Caller, subscriptionId: string): Promise<GivenCredit[]> {
  const rows = await scoped.db
    .selectFrom('credit_grant_applications as a')
    .leftJoin('wallet_transactions as t', 't.id', 'a.wallet_transaction_id')
    .select(['a.period_start', 'a.application_status', 'a.credits', 'a.applied_at'])
    .select(['t.credit_amount', 't.expiry_date'])
    .where('a.subscription_id', '=', subscriptionId)
    .orderBy('a.period_start')
    .orderBy('a.id')
    .execute()
  return rows.map((row) => ({
    on: dayOf(row.period_start) ?? '',
    status: row.application_status,
    credits: formatDecimal(readDecimal(row.credit_amount ?? row.credits ?? '0')),
    expires: dayOf(row.expiry_date),
    appliedOn: dayOf(row.applied_at),
  }))
}

function dayOf(at: Date | null): string | null {
  return at === null ? null : at.toISOString().slice(5, 10)
}

/** What was given or passed over, as short as it is unmistakable. */
export function told(given: readonly GivenCredit[]): string[] {
  return given
    .filter(({ status }) => status === 'applied' || status === 'skipped')
    .map(({ on, status, credits }) => (status === 'applied' ? `${on} ${credits}` : `${on} ${status}`))
}

/** Whatever was done: of each application one credit, of each credit an application, and every wallet adds up. */
export async function grantProblems({ scoped: { db } }: Caller): Promise<string[]> {
  const ledger = await db.selectFrom('wallet_ledger').selectAll().execute()
  const credits = ledger.filter(({ origin }) => origin === 'grant')
  const applications = await db
    .selectFrom('credit_grant_applications')
    .selectAll()
    .where('application_status', '=', 'applied')
    .execute()
  const wallets = await db.selectFrom('wallets').select(['id', 'credit_balance']).execute()
  const given = new Map(applications.map((one) => [one.wallet_transaction_id, one.credits]))
  return [
    ...(given.size === applications.length && given.size === credits.length ? [] : ['one credit of each']),
    ...credits.filter((one) => given.get(one.id) !== one.credit_amount).map(({ id }) => id),
    ...wallets.flatMap(({ id, credit_balance }) => {
      const own = ledger.filter(({ wallet_id }) => wallet_id === id)
      const sum = sumDecimals(own.map((one) => readDecimal(one.credits_available)))
      return equalDecimals(sum, readDecimal(credit_balance)) ? [] : [id]
    }),
  ]
}
