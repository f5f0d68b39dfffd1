import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import type { CustomerChanges } from './customers.ts'

/** A customer as a file has it: by its external id, with what is said of it. What is left out stays, or is the default. */
export interface ImportedCustomer {
  readonly externalId: string
  /** For one that is there. */
  readonly changes: Omit<CustomerChanges, 'external_id'>
  /** For one that is not; null where too little is said to make it. */
  readonly creation: Omit<CustomerChanges, 'external_id'> | null
}

export interface ImportedCustomers {
  /** By their external ids, the ids of those that were made, and of those that were there and were changed. */
  readonly created: ReadonlyMap<string, string>
  readonly updated: ReadonlyMap<string, string>
}

/** A creation that another transaction was ahead of is a change at the second look. */
const looks = 2

/**
 * Makes those that are not there, and changes the others as their PUT would, all at once. Each external id comes once.
 * Needs the caller's transaction. What could be neither made nor changed is in neither list.
 */
export async function importCustomers(
  scoped: Scoped,
  customers: readonly ImportedCustomer[],
  now: Date,
): Promise<ImportedCustomers> {
  assert(scoped.db.isTransaction, 'customers are imported in a transaction')
  const created = new Map<string, string>()
  const updated = new Map<string, string>()
  for (let look = 1; look <= looks; look++) {
    const rest = customers.filter(({ externalId }) => !created.has(externalId) && !updated.has(externalId))
    if (rest.length === 0) break
    for (const { id, external_id, made } of await writeOnce(scoped, rest, now))
      (made ? created : updated).set(external_id, id)
  }
  return { created, updated }
}

/** The external ids of the published customers of these ids, by them. */
export async function externalIdsOf(
  { db, scope }: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; external_id: string }>`
    select id, external_id from customers where environment_id = ${scope.environmentId} and id = any (${ids}::text[])
      and status = 'published'`.execute(db)
  return new Map(rows.map(({ id, external_id }) => [id, external_id]))
}

async function writeOnce({ db, scope }: Scoped, customers: readonly ImportedCustomer[], now: Date) {
  // In one order, so that two imports wait for each other and never deadlock.
  const sorted = customers.toSorted((left, right) => (left.externalId < right.externalId ? -1 : 1))
  const batch = JSON.stringify(
    sorted.map(({ externalId, changes, creation }) => ({
      i: newId('customer'),
      e: externalId,
      c: creation,
      j: changes,
    })),
  )
  const texts = textColumns.map((column) => ({ ref: sql.ref(column), name: column }))
  const { rows } = await sql<{ id: string; external_id: string; made: boolean }>`
    with sent as materialized (
      select position, i, e, c, j from rows from (json_to_recordset(${batch}::json)
        as (i text, e text, c jsonb, j jsonb)) with ordinality as sent (i, e, c, j, position)
    ), known as materialized (
      select customer.id, sent.e, sent.j from sent
      join customers customer on customer.environment_id = ${scope.environmentId}
        and customer.external_id = sent.e and customer.status = 'published'
      order by sent.position for update of customer
    ), made as (
      insert into customers (id, environment_id, external_id, ${sql.join(texts.map(({ ref }) => ref))},
        billing_currency, contact_persons, metadata, created_at, updated_at, created_by, updated_by)
      select i, ${scope.environmentId}, e,
        ${sql.join(texts.map(({ name }) => sql`coalesce(c->>${sql.lit(name)}, ${sql.lit(defaults[name])})`))},
        c->>'billing_currency', coalesce(c->'contact_persons', '[]'), coalesce(c->'metadata', '{}'),
        ${now}::timestamptz, ${now}::timestamptz, ${scope.userId}, ${scope.userId}
      from sent where jsonb_typeof(c) = 'object' and not exists (select from known where known.e = sent.e)
      order by position
      on conflict (environment_id, external_id) where status = 'published' do nothing
      returning id, external_id
    ), changed as (
      update customers set
        ${sql.join(texts.map(({ name, ref }) => sql`${ref} = coalesce(known.j->>${sql.lit(name)}, customers.${ref})`))},
        billing_currency = case when known.j ? 'billing_currency' then known.j->>'billing_currency'
          else customers.billing_currency end,
        contact_persons = coalesce(known.j->'contact_persons', customers.contact_persons),
        metadata = coalesce(known.j->'metadata', customers.metadata),
        updated_at = ${now}::timestamptz, updated_by = ${scope.userId}
      from known where customers.environment_id = ${scope.environmentId} and customers.id = known.id
      returning customers.id, customers.external_id
    )
    select id, external_id, true as made from made union all select id, external_id, false from changed`.execute(
    db,
  )
  return rows
}

const textColumns = [
  'name',
  'email',
  'contact',
  'address_line1',
  'address_line2',
  'address_city',
  'address_state',
  'address_postal_code',
  'address_country',
  'tax_treatment',
  'timezone',
] as const

/** As the table has them, for what is left out of a new one. */
const defaults: Readonly<Record<(typeof textColumns)[number], string>> = {
  name: '',
  email: '',
  contact: '',
  address_line1: '',
  address_line2: '',
  address_city: '',
  address_state: '',
  address_postal_code: '',
  address_country: '',
  tax_treatment: 'taxable',
  timezone: 'UTC',
}
