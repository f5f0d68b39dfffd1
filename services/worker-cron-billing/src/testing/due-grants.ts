import { inTransaction, newId } from '@flexprice/database/connection'
import {
  firstApplications,
  holdGrantedSubscription,
  insertApplications,
  insertCreditGrants,
  type NewCreditGrant,
} from '@flexprice/database/grants'
import { expect } from 'vitest'
import type { DueEnvironment } from './due-environment.ts'

const start = new Date('2026-08-01T00:00:00Z')

/** Ten credits a month for each of its subscriptions, from their start on. */
export async function addMonthlyGrants({ scoped }: DueEnvironment): Promise<void> {
  await inTransaction(scoped, async (transaction) => {
    const subscriptions = await transaction.db.selectFrom('subscriptions').select('id').execute()
    for (const { id } of subscriptions) {
      const grant = {
        ...{
          id: newId('creditGrant'),
          name: 'Monthly',
          scope: 'SUBSCRIPTION',
          plan_id: null,
          subscription_id: id,
        },
        ...{ credits: '10', cadence: 'RECURRING', period: 'MONTHLY', period_count: 1, priority: null },
        ...{ proration_behavior: 'none', conversion_rate: '1', topup_conversion_rate: '1', metadata: {} },
        ...{ expiration_type: 'NEVER', expiration_duration: null, expiration_duration_unit: null },
        ...{ start_date: null, end_date: null },
      } as const satisfies NewCreditGrant
      await insertCreditGrants(transaction, [grant], start)
      const subscription = await holdGrantedSubscription(transaction, id)
      await insertApplications(transaction, firstApplications(grant, subscription), start)
    }
  })
}

/** The months for which credits were given, each with its credit in the ledger and no credit without one. */
export async function givenIn({ scoped: { db } }: DueEnvironment): Promise<string[]> {
  const given = await db
    .selectFrom('credit_grant_applications')
    .select(['period_start', 'wallet_transaction_id'])
    .where('application_status', '=', 'applied')
    .orderBy('period_start')
    .execute()
  const credits = await db
    .selectFrom('wallet_transactions')
    .select('id')
    .where('type', '=', 'credit')
    .execute()
  expect(new Set(given.map(({ wallet_transaction_id }) => wallet_transaction_id))).toEqual(
    new Set(credits.map(({ id }) => id)),
  )
  return given.map(({ period_start }) => period_start.toISOString().slice(0, 7))
}
