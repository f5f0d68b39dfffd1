import type { CreditGrantApplicationResponse } from '@flexprice/contracts/grants'
import type { Scoped } from '@flexprice/database/connection'
import {
  type DueApplication,
  grantedSubscriptionOf,
  grantTermsOf,
  listUpcoming,
} from '@flexprice/database/grants'
import type { Scope } from '@flexprice/domain'
import { formatDecimal } from '@flexprice/domain/money'
import { grantDueAt } from '@flexprice/domain/wallet'
import { recordResponse } from '../record-response.ts'

const upcomingMax = 1_000

/** What is still to be given, as the billing run would give it today. */
export async function upcomingGrants(
  scoped: Scoped,
  of: { readonly customerId: string } | { readonly subscriptionId: string },
) {
  const found = await listUpcoming(scoped, of, upcomingMax)
  const items = found.flatMap((one) => upcomingResponse(scoped.scope, one))
  return { items, pagination: { total: items.length, limit: upcomingMax, offset: 0 } }
}

function upcomingResponse(
  scope: Scope,
  { application, grant, subscription }: DueApplication,
): CreditGrantApplicationResponse[] {
  const at = application.period_start
  const due = grantDueAt(
    grantTermsOf({ ...grant, end_date: application.grant_end_date }),
    grantedSubscriptionOf(subscription),
    at,
  )
  if (due === undefined) return []
  return [
    {
      ...recordResponse(scope, application),
      status: 'published',
      credit_grant_id: grant.id,
      subscription_id: subscription.id,
      application_status: 'pending',
      application_reason: application.application_reason,
      credits: formatDecimal(due.credits),
      scheduled_for: at,
      period_start: at,
      period_end: due.period.end ?? undefined,
    },
  ]
}
