import type { FeatureResponse } from '@flexprice/contracts/catalog'
import type { FeatureRow } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import type { Scope } from '@flexprice/domain'
import { recordResponse } from '../record-response.ts'
import { expandMetering } from './expand-metering.ts'

/** A feature, without its meter and group. */
export function featureResponse(scope: Scope, row: FeatureRow): FeatureResponse {
  return {
    ...recordResponse(scope, row),
    status: row.status,
    name: row.name,
    type: row.type,
    lookup_key: row.lookup_key ?? undefined,
    description: row.description,
    unit_singular: row.unit_singular,
    unit_plural: row.unit_plural,
    reporting_unit: row.reporting_unit ? { ...row.reporting_unit } : undefined,
    metadata: { ...row.metadata },
    meter_id: row.meter_id ?? undefined,
    group_id: row.group_id ?? undefined,
  }
}

/** A single feature is always shown whole. */
export async function wholeFeatureResponse(scoped: Scoped, row: FeatureRow): Promise<FeatureResponse> {
  const expanded = await expandMetering(scoped, [row])
  return { ...featureResponse(scoped.scope, row), ...expanded(row) }
}
