import { CodedError, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json, type RecordColumn } from '../connection/row-changes.ts'
import {
  allOf,
  anyOf,
  equal,
  metadataHas,
  type Search,
  type SearchPage,
  searchPage,
} from '../search/search.ts'
import { type SearchFields, searchFields } from '../search/search-fields.ts'
import type { CustomerTable } from '../tables/customer-tables.ts'
import type { Changes, Metadata } from '../tables/row-types.ts'

export type CustomerRow = Selectable<CustomerTable>
export type CustomerChanges = Changes<Omit<CustomerRow, RecordColumn | 'email_lower'>>
export type NewCustomer = CustomerChanges & Pick<CustomerRow, 'external_id' | 'name'>

export interface CustomerSearch extends Search {
  readonly customer_ids?: readonly string[] | undefined
  readonly external_id?: string | undefined
  readonly external_ids?: readonly string[] | undefined
  readonly email?: string | undefined
  readonly metadata?: Metadata | undefined
}

/** @throws already_exists when another published customer has the external id */
export function insertCustomer(scoped: Scoped, customer: NewCustomer, now: Date): Promise<CustomerRow> {
  return scoped.db
    .insertInto('customers')
    .values({
      ...customer,
      contact_persons: json(customer.contact_persons),
      metadata: json(customer.metadata),
      id: newId('customer'),
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws not_found, for a deleted one too */
export async function getCustomer(scoped: Scoped, id: string): Promise<CustomerRow> {
  const query = scoped.db.selectFrom('customers').selectAll().where('id', '=', id)
  const row = await query.where('status', '<>', 'deleted').executeTakeFirst()
  if (!row) throw notFound('Customer', id)
  return row
}

/** The published customer of that external id. @throws not_found */
export async function getCustomerByExternalId(scoped: Scoped, externalId: string): Promise<CustomerRow> {
  const query = scoped.db.selectFrom('customers').selectAll().where('external_id', '=', externalId)
  const row = await query.where('status', '=', 'published').executeTakeFirst()
  if (!row) throw notFound('Customer', externalId)
  return row
}

/**
 * @throws not_found; already_exists when another published customer has the new external id; invalid_operation
 *   when events name the old one, as they belong to the customer by it alone
 */
export async function updateCustomer(
  scoped: Scoped,
  id: string,
  changes: CustomerChanges,
  now: Date,
): Promise<CustomerRow> {
  if (changes.external_id !== undefined) await expectNoEventsLost(scoped, id, changes.external_id)
  const row = await scoped.db
    .updateTable('customers')
    .set({
      ...changes,
      contact_persons: json(changes.contact_persons),
      metadata: json(changes.metadata),
      ...change(scoped.scope, now),
    })
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound('Customer', id)
  return row
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchCustomers(scoped: Scoped, search: CustomerSearch): Promise<SearchPage<CustomerRow>> {
  const query = allOf(scoped.db.selectFrom('customers').selectAll(), [
    anyOf('id', search.customer_ids),
    equal('external_id', search.external_id),
    anyOf('external_id', search.external_ids),
    emailIs(search.email),
    ...metadataHas(search.metadata),
  ])
  return searchPage(query, search, customerFields)
}

/** In any case of letters. `lower` of what is asked for, by the same rules as the column's. */
function emailIs(email: string | undefined) {
  return email === undefined ? undefined : sql<boolean>`email_lower = lower(${email})`
}

const columns = searchFields<keyof CustomerTable>({
  text: [
    'id',
    'external_id',
    'name',
    'email',
    'contact',
    'address_line1',
    'address_line2',
    'address_city',
    'address_state',
    'address_postal_code',
    'address_country',
    'billing_currency',
    'tax_treatment',
    'timezone',
    'status',
    'created_by',
    'updated_by',
  ],
  instant: ['created_at', 'updated_at'],
})

export const customerFields: SearchFields = new Map([
  ...columns,
  ['email', { type: 'text', column: sql.ref('email'), lower: sql.ref('email_lower') }],
])

async function expectNoEventsLost(scoped: Scoped, id: string, newExternalId: string): Promise<void> {
  const used = await scoped.db
    .selectFrom('customers')
    .innerJoin('events', 'events.external_customer_id', 'customers.external_id')
    .select('customers.external_id')
    .where('customers.id', '=', id)
    .where('customers.external_id', '<>', newExternalId)
    .limit(1)
    .executeTakeFirst()
  if (!used) return
  const message = `Events belong to the customer by its external_id ${used.external_id}, so it cannot change`
  throw new CodedError('in_use', message, {
    details: { used_by: 'event', fields: [{ path: 'external_id', message: 'is used by events' }] },
  })
}
