import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { emailAddress, name, text } from '../wire/text.ts'

const addressLineLengthMax = 500

const address = z.strictObject({
  address_line1: text(addressLineLengthMax).optional(),
  address_line2: text(addressLineLengthMax).optional(),
  address_city: name.optional(),
  address_state: name.optional(),
  address_postal_code: text(50).optional(),
  address_country: name.optional(),
})

export const tenantBillingDetails = z.strictObject({
  address: address.optional(),
  email: emailAddress.optional(),
  help_email: emailAddress.optional(),
  phone: text(50).optional(),
})

/** What is left out stays, each billing detail too; the address is one of them. The empty text clears. */
export const updateTenantRequest = z.strictObject({
  name: name.min(1).optional(),
  metadata: metadata.optional(),
  billing_details: tenantBillingDetails.optional(),
})

export const tenantResponse = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string(),
    metadata: z.record(z.string(), z.string()),
    billing_details: tenantBillingDetails,
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'TenantResponse' })
export type TenantResponse = z.output<typeof tenantResponse>
