import { createTestDatabase } from '@flexprice/testing'
import type { InsertType, SelectType } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import type { Tables } from './tables.ts'

// tidy: long because the whole schema is one value, which the compiler holds against the types.

/**
 * The table types once more, as values. The compiler holds each entry against `tables.ts`: another
 * type, a missing or a foreign column does not compile. The test holds the same entry against the
 * live schema. So the types and the schema cannot part without one of the two failing.
 */
const declared = {
  api_keys: {
    id: 'string',
    tenant_id: 'string',
    environment_id: 'string',
    name: 'string',
    key_hash: 'Buffer',
    user_id: 'string',
    created_at: 'Date default',
    expires_at: 'Date | null',
    revoked_at: 'Date | null',
  },
  customers: {
    id: 'string',
    environment_id: 'string',
    external_id: 'string',
    name: 'string',
    email: 'string default',
    contact: 'string default',
    contact_persons: 'json default',
    address_line1: 'string default',
    address_line2: 'string default',
    address_city: 'string default',
    address_state: 'string default',
    address_postal_code: 'string default',
    address_country: 'string default',
    billing_currency: 'string | null',
    tax_treatment: 'string default',
    timezone: 'string default',
    metadata: 'json default',
    status: 'string default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  environments: {
    id: 'string',
    tenant_id: 'string',
    name: 'string',
    type: 'string',
    clock_at: 'Date | null',
    created_at: 'Date default',
    updated_at: 'Date default',
  },
  plan_subscription_counts: {
    environment_id: 'string',
    plan_id: 'string',
    slot: 'number',
    subscriptions: 'number',
  },
  plans: {
    id: 'string',
    environment_id: 'string',
    name: 'string',
    description: 'string default',
    lookup_key: 'string | null',
    display_order: 'number | null',
    metadata: 'json default',
    status: 'string default',
    price_sequence: 'number default',
    synced_price_sequence: 'number default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  price_sync_runs: {
    id: 'string',
    environment_id: 'string',
    plan_id: 'string',
    workflow_id: 'string',
    workflow_run_id: 'string',
    from_sequence: 'number',
    target_sequence: 'number',
    subscriptions_total: 'number',
    started_at: 'Date',
    finished_at: 'Date | null',
  },
  price_sync_slices: {
    run_id: 'string',
    slice: 'number',
    environment_id: 'string',
    range_start: 'string',
    range_end: 'string',
    cursor: 'string',
    subscriptions_due: 'number',
    subscriptions_processed: 'number default',
    prices_added: 'number default',
    prices_removed: 'number default',
    skipped_incompatible: 'number default',
    skipped_ended: 'number default',
    skipped_overridden: 'number default',
    skipped_ended_by_user: 'number default',
    skipped_in_sync: 'number default',
    updated_at: 'Date',
  },
  prices: {
    id: 'string',
    environment_id: 'string',
    plan_id: 'string | null',
    subscription_id: 'string | null',
    root_price_id: 'string',
    overridden_price_id: 'string | null',
    successor_price_id: 'string | null',
    type: 'string',
    billing_model: 'string',
    tier_mode: 'string | null',
    tiers: 'json | null',
    amount: 'string | null',
    divide_by: 'number | null',
    round: 'string | null',
    currency: 'string',
    billing_period: 'string',
    billing_period_count: 'number default',
    invoice_cadence: 'string',
    trial_period_days: 'number default',
    min_quantity: 'number | null',
    lookup_key: 'string | null',
    display_name: 'string default',
    description: 'string default',
    metadata: 'json default',
    start_date: 'Date',
    end_date: 'Date | null',
    sequence: 'number default',
    status: 'string default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  subscription_line_items: {
    id: 'string',
    environment_id: 'string',
    subscription_id: 'string',
    price_id: 'string',
    quantity: 'string',
    start_date: 'Date',
    end_date: 'Date | null',
    ended_by: 'string | null',
    metadata: 'json | null',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  subscriptions: {
    id: 'string',
    environment_id: 'string',
    customer_id: 'string',
    plan_id: 'string',
    currency: 'string',
    billing_period: 'string',
    billing_period_count: 'number default',
    billing_cycle: 'string default',
    billing_anchor: 'Date',
    timezone: 'string default',
    start_date: 'Date',
    end_date: 'Date | null',
    current_period_start: 'Date',
    current_period_end: 'Date',
    subscription_status: 'string',
    trial_start: 'Date | null',
    trial_end: 'Date | null',
    next_billing_at: 'Date | null',
    payment_behavior: 'string default',
    proration_behavior: 'string default',
    collection_method: 'string default',
    payment_terms: 'string | null',
    idempotency_key: 'string | null',
    request_hash: 'string | null',
    draft_request: 'json | null',
    activated_at: 'Date | null',
    lookup_key: 'string | null',
    metadata: 'json default',
    synced_price_sequence: 'number',
    version: 'number default',
    status: 'string default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  tenants: {
    id: 'string',
    name: 'string',
    status: 'string default',
    created_at: 'Date default',
    updated_at: 'Date default',
  },
  invoices: {
    id: 'string',
    environment_id: 'string',
    customer_id: 'string',
    subscription_id: 'string | null',
    invoice_type: 'string',
    billing_reason: 'string',
    request_key: 'string default',
    invoice_status: 'string',
    payment_status: 'string',
    invoice_number: 'string | null',
    billing_sequence: 'number | null',
    currency: 'string',
    billing_period: 'string | null',
    period_start: 'Date | null',
    period_end: 'Date | null',
    subtotal: 'string',
    total_discount: 'string default',
    total_tax: 'string default',
    total_prepaid_credits_applied: 'string default',
    total: 'string',
    amount_paid: 'string default',
    amount_due: 'string',
    description: 'string default',
    metadata: 'json default',
    issue_date: 'Date | null',
    due_date: 'Date | null',
    finalized_at: 'Date | null',
    paid_at: 'Date | null',
    voided_at: 'Date | null',
    version: 'number default',
    status: 'string default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  invoice_line_items: {
    id: 'string',
    environment_id: 'string',
    invoice_id: 'string',
    customer_id: 'string',
    subscription_id: 'string | null',
    subscription_line_item_id: 'string | null',
    plan_id: 'string | null',
    price_id: 'string | null',
    price_type: 'string | null',
    display_name: 'string default',
    plan_display_name: 'string default',
    currency: 'string',
    quantity: 'string',
    amount: 'string',
    is_credit: 'boolean default',
    line_item_discount: 'string default',
    invoice_level_discount: 'string default',
    prepaid_credits_applied: 'string default',
    period_start: 'Date',
    period_end: 'Date',
    explanation: 'json',
    metadata: 'json default',
    is_voided: 'boolean default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  invoice_history: {
    id: 'string',
    environment_id: 'string',
    invoice_id: 'string',
    field: 'string',
    from_value: 'string | null',
    to_value: 'string',
    reason: 'string default',
    changed_at: 'Date',
    changed_by: 'string',
  },
  invoice_number_counters: {
    environment_id: 'string',
    month: 'string',
    last_number: 'number',
  },
  subscription_batches: {
    id: 'string',
    environment_id: 'string',
    idempotency_key: 'string',
    request_hash: 'string',
    items_total: 'number',
    items_processed: 'number default',
    created_at: 'Date',
    updated_at: 'Date',
    created_by: 'string',
    updated_by: 'string',
  },
  subscription_batch_items: {
    batch_id: 'string',
    position: 'number',
    environment_id: 'string',
    idempotency_key: 'string',
    request_hash: 'string',
    request: 'json | null',
    subscription_id: 'string | null',
    error: 'json | null',
  },
} as const satisfies DeclaredTables

type DeclaredTables = { readonly [Table in keyof Tables]: DeclaredColumns<Tables[Table]> }
type DeclaredColumns<Columns> = { readonly [Name in keyof Columns]-?: DeclaredColumn<Columns[Name]> }

type DeclaredColumn<Column> =
  `${Kind<NonNullable<SelectType<Column>>>}${Null<SelectType<Column>>}${Default<InsertType<Column>>}`
type Null<Selected> = null extends Selected ? ' | null' : ''
type Default<Inserted> = undefined extends Inserted ? ' default' : ''
type Kind<Value> = Value extends string
  ? 'string'
  : Value extends number
    ? 'number'
    : Value extends Date
      ? 'Date'
      : Value extends Buffer
        ? 'Buffer'
        : Value extends boolean
          ? 'boolean'
          : 'json'

const kinds: Readonly<Record<string, string>> = {
  text: 'string',
  numeric: 'string',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  'timestamp with time zone': 'Date',
  bytea: 'Buffer',
  jsonb: 'json',
}

test('the table types are the live schema', async () => {
  await using stack = await createTestDatabase()
  expect(await liveTables(stack.ownerUrl)).toEqual(declared)
})

async function liveTables(ownerUrl: string): Promise<Record<string, Record<string, string>>> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{
      table: string
      column: string
      type: string
      null: boolean
      default: boolean
    }>(`
      select table_name as table, column_name as column, data_type as type, is_nullable = 'YES' as null,
        column_default is not null or is_identity = 'YES' or is_generated = 'ALWAYS' as default
      from information_schema.columns
      where table_schema = 'public' and table_name not in ('kysely_migration', 'kysely_migration_lock')`)
    const tables: Record<string, Record<string, string>> = {}
    for (const row of rows) {
      const type = `${kinds[row.type] ?? row.type}${row.null ? ' | null' : ''}${row.default ? ' default' : ''}`
      tables[row.table] = { ...tables[row.table], [row.column]: type }
    }
    return tables
  } finally {
    await client.end()
  }
}
