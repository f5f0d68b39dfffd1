import { parseCurrency } from '@flexprice/domain/money'
import { isTimeZone } from '@flexprice/domain/time'
import { z } from 'zod'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { emailAddress, identifier, identifiers, name, text } from '../wire/text.ts'

const contactPersonsMax = 100
const addressLineLengthMax = 500
const emailLengthMax = 320

/** A currency code in any case; lower case inside. The empty text means none. */
const optionalCurrency = z
  .string()
  .max(3)
  .refine((code) => code === '' || parseCurrency(code) !== undefined, 'is not a currency of ISO 4217')
  .overwrite((code) => code.toLowerCase())

/** A zone of the IANA database. */
const timeZone = text(100).refine(isTimeZone, 'is not a time zone of the IANA database')

const contactPerson = z.strictObject({
  id: text(255).optional(),
  salutation: text(50).optional(),
  first_name: name.min(1),
  last_name: name.optional(),
  email: emailAddress.optional(),
  mobile: text(50).optional(),
  designation: name.optional(),
  department: name.optional(),
  is_primary: z.boolean().optional(),
})

export const contactPersons = z.array(contactPerson).max(contactPersonsMax)

const integrationMapping = z.strictObject({
  entity_id: identifier,
  entity_type: z.enum([
    'customer',
    'plan',
    'invoice',
    'subscription',
    'payment',
    'credit_note',
    'addon',
    'item',
    'item_price',
    'price',
    'invoice_line_item',
    'subscription_line_item',
  ]),
  provider_entity_id: identifier,
  provider_type: identifier,
  metadata: z.record(z.string(), z.unknown()).optional(),
})

const taxRateOverride = z.strictObject({
  currency: text(3),
  tax_rate_code: identifier,
  auto_apply: z.boolean().optional(),
  priority: z.int().optional(),
  tax_behavior: z.enum(['inclusive', 'exclusive']).optional(),
  metadata: metadata.optional(),
})

const address = {
  address_line1: text(addressLineLengthMax).optional(),
  address_line2: text(addressLineLengthMax).optional(),
  address_city: name.optional(),
  address_state: name.optional(),
  address_postal_code: text(50).optional(),
  address_country: name.optional(),
}

const taxTreatment = z.enum(['taxable', 'exempt'])

const customerFields = {
  ...address,
  email: emailAddress.optional(),
  contact: name.optional(),
  contact_persons: contactPersons.optional(),
  billing_currency: optionalCurrency.optional(),
  tax_treatment: taxTreatment.optional(),
  timezone: timeZone.optional(),
  metadata: metadata.optional(),
  integration_entity_mapping: notBuilt(z.array(integrationMapping).max(contactPersonsMax)),
}

export const createCustomerRequest = z.strictObject({
  external_id: identifier,
  name,
  ...customerFields,
  onboarding_workflow_name: notBuilt(name),
  // There is no onboarding workflow to skip, so both values mean what we do.
  skip_onboarding_workflow: z.boolean().optional(),
  tax_rate_overrides: notBuilt(z.array(taxRateOverride).max(contactPersonsMax)),
})
export type CreateCustomerRequest = z.output<typeof createCustomerRequest>

/** What is left out stays; the empty text clears. */
export const updateCustomerRequest = z.strictObject({
  external_id: identifier.optional(),
  name: name.optional(),
  ...customerFields,
})
export type UpdateCustomerRequest = z.output<typeof updateCustomerRequest>

export const customerFilter = z.strictObject({
  ...searchFields,
  customer_ids: identifiers.optional(),
  external_id: identifier.optional(),
  external_ids: identifiers.optional(),
  email: text(emailLengthMax).optional(),
  metadata: metadata.optional(),
  expand: expand([]),
})
export type CustomerFilter = z.output<typeof customerFilter>

export const customerResponse = z
  .object({
    ...recordFields,
    external_id: z.string(),
    name: z.string(),
    email: z.string().optional(),
    contact: z.string().optional(),
    contact_persons: contactPersons.optional(),
    address_line1: z.string().optional(),
    address_line2: z.string().optional(),
    address_city: z.string().optional(),
    address_state: z.string().optional(),
    address_postal_code: z.string().optional(),
    address_country: z.string().optional(),
    billing_currency: z.string().optional(),
    tax_treatment: taxTreatment.optional(),
    timezone: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    integrations: z.array(laterObject('EntityIntegrationMappingResponse')).optional(),
  })
  .meta({ id: 'CustomerResponse' })
export type CustomerResponse = z.output<typeof customerResponse>

export const listCustomersResponse = listOf(customerResponse).meta({ id: 'ListCustomersResponse' })
