import { type TenantResponse, tenantBillingDetails } from '@flexprice/contracts/tenancy'
import type { TenantRow } from '@flexprice/database/tenancy'

export function tenantResponse(row: TenantRow): TenantResponse {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    metadata: { ...row.metadata },
    // FlexPrice's clients read the address of a tenant without looking whether there is one.
    billing_details: { address: {}, ...tenantBillingDetails.parse(row.billing_details) },
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
