import type { CreditGrantResponse } from '@flexprice/contracts/grants'
import type { CreditGrantRow } from '@flexprice/database/grants'
import type { Scope } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'

export function creditGrantResponse(scope: Scope, row: CreditGrantRow): CreditGrantResponse {
  return {
    ...recordResponse(scope, row),
    status: row.status,
    name: row.name,
    scope: row.scope,
    plan_id: row.plan_id ?? undefined,
    subscription_id: row.subscription_id ?? undefined,
    cadence: row.cadence,
    credits: decimalText(row.credits),
    period: row.period ?? undefined,
    period_count: row.period_count ?? undefined,
    conversion_rate: decimalText(row.conversion_rate),
    topup_conversion_rate: decimalText(row.topup_conversion_rate),
    priority: row.priority ?? undefined,
    expiration_type: row.expiration_type,
    expiration_duration: row.expiration_duration ?? undefined,
    expiration_duration_unit: row.expiration_duration_unit ?? undefined,
    start_date: row.start_date ?? undefined,
    end_date: row.end_date ?? undefined,
    metadata: { ...row.metadata },
    proration_behavior: row.proration_behavior,
  }
}
