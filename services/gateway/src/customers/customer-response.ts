import { type CustomerResponse, contactPersons } from '@flexprice/contracts/customers'
import type { CustomerRow } from '@flexprice/database/customers'
import type { Scope } from '@flexprice/domain'
import { recordResponse } from '../record-response.ts'

export function customerResponse(scope: Scope, row: CustomerRow): CustomerResponse {
  return {
    ...recordResponse(scope, row),
    status: row.status,
    external_id: row.external_id,
    name: row.name,
    email: row.email,
    contact: row.contact,
    contact_persons: contactPersons.parse(row.contact_persons),
    address_line1: row.address_line1,
    address_line2: row.address_line2,
    address_city: row.address_city,
    address_state: row.address_state,
    address_postal_code: row.address_postal_code,
    address_country: row.address_country,
    billing_currency: row.billing_currency ?? undefined,
    tax_treatment: row.tax_treatment,
    timezone: row.timezone,
    metadata: { ...row.metadata },
  }
}
