import { grantColumns } from '@flexprice/contracts/grants'
import { inTransaction, newId } from '@flexprice/database/connection'
import {
  firstApplications,
  holdGrantedSubscription,
  holdGrantingPlan,
  insertApplications,
  insertCreditGrants,
} from '@flexprice/database/grants'
import type { GrantCredits, GrantTerms } from '../lives/money-step.ts'
import { type Product, subscriptionOf } from './product.ts'

export async function grantCredits(product: Product, step: GrantCredits, now: Date): Promise<void> {
  const { scoped, planId } = product
  const columns = { ...grantColumns(grantBody(step.grant)), id: newId('creditGrant') }
  await inTransaction(scoped, async (transaction) => {
    if (step.subscription === null) {
      await holdGrantingPlan(transaction, planId)
      const grant = { ...columns, scope: 'PLAN', plan_id: planId, subscription_id: null } as const
      return await insertCreditGrants(transaction, [grant], now)
    }
    const subscription_id = subscriptionOf(product, { subscription: step.subscription })
    const subscription = await holdGrantedSubscription(transaction, subscription_id)
    const owner = { scope: 'SUBSCRIPTION', plan_id: null, subscription_id } as const
    const grant = { ...columns, ...owner, start_date: columns.start_date ?? now }
    await insertCreditGrants(transaction, [grant], now)
    await insertApplications(transaction, firstApplications(grant, subscription), now)
  })
}

/** A grant's terms as the API's request says them, but for whose it is. */
export function grantBody({ credits, every, isProrated, start, end, expiry, rate, priority }: GrantTerms) {
  return {
    ...{ name: 'Simulated', credits, conversion_rate: rate },
    ...(every
      ? { cadence: 'RECURRING' as const, period: every.period, period_count: every.count }
      : { cadence: 'ONETIME' as const }),
    proration_behavior: isProrated ? ('create_prorations' as const) : ('none' as const),
    ...(start === null ? {} : { start_date: new Date(start) }),
    ...(end === null ? {} : { end_date: new Date(end) }),
    ...(priority === null ? {} : { priority }),
    ...(typeof expiry === 'string'
      ? { expiration_type: expiry }
      : {
          expiration_type: 'DURATION' as const,
          expiration_duration: expiry.count,
          expiration_duration_unit: expiry.unit,
        }),
  }
}
