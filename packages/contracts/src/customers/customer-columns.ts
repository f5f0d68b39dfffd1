import type { UpdateCustomerRequest } from './customer.ts'

/** The columns that a request sets; what it leaves out is undefined. An empty currency takes it away. */
export function customerColumns(body: UpdateCustomerRequest) {
  return {
    email: body.email,
    contact: body.contact,
    contact_persons: body.contact_persons,
    address_line1: body.address_line1,
    address_line2: body.address_line2,
    address_city: body.address_city,
    address_state: body.address_state,
    address_postal_code: body.address_postal_code,
    address_country: body.address_country,
    billing_currency: body.billing_currency === '' ? null : body.billing_currency,
    tax_treatment: body.tax_treatment,
    timezone: body.timezone,
    metadata: body.metadata,
  }
}
