import type { Scoped } from '@flexprice/database/connection'
import { type CustomerRow, getCustomer, getCustomerByExternalId } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import { expectIdOf } from '../id-kind.ts'

/** The two names of a customer in a request: ours and its caller's, under the fields that the operation has for them. */
export interface CustomerNames {
  readonly id: string | undefined
  readonly externalId: string | undefined
  readonly fields: { readonly id: string; readonly externalId: string }
}

/**
 * The one customer that a request names, by either name, or by both where they agree.
 *
 * @throws validation_error when neither is given (it never means all), or they are two customers'; not_found
 */
export async function namedCustomer(
  scoped: Scoped,
  { id, externalId, fields }: CustomerNames,
): Promise<CustomerRow> {
  if (id !== undefined) {
    expectIdOf('customer', id)
    const customer = await getCustomer(scoped, id)
    if (externalId === undefined || customer.external_id === externalId) return customer
    throw invalid([{ path: fields.externalId, message: `is not that of ${fields.id}` }])
  }
  if (externalId !== undefined) return getCustomerByExternalId(scoped, externalId)
  throw invalid([{ path: fields.id, message: `or ${fields.externalId} must be given` }])
}
