import { type Kysely, sql } from 'kysely'

/**
 * A foreign key's check asks for `environment_id` and `id`, and any index that has the latter will do (PostgreSQL 18 skips
 * over the columns before it). Where statistics were made in the middle of a load they say that there is nothing, every
 * index costs the same then, and the newest one is taken: each check of that connection reads all of it until the next
 * ANALYZE. The condition that these indexes get is implied by every search that is theirs, and by no check.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, table, columns, notNull] of indexes) {
    await sql`drop index ${sql.ref(name)}`.execute(db)
    await sql`create ${sql.raw(name.endsWith('_unique') ? 'unique ' : '')}index ${sql.ref(name)} on ${sql.table(table)} (${sql.raw(columns)})
      where ${sql.ref(notNull)} is not null`.execute(db)
  }
}

const indexes = [
  ['customers_email', 'customers', 'environment_id, email_lower, id', 'email_lower'],
  ['subscriptions_customer_id', 'subscriptions', 'customer_id, id', 'customer_id'],
  ['invoices_customer_id', 'invoices', 'customer_id, id', 'customer_id'],
  ['invoice_line_items_invoice_id', 'invoice_line_items', 'invoice_id, id', 'invoice_id'],
  ['wallets_customer_id', 'wallets', 'customer_id, id', 'customer_id'],
  ['wallet_transactions_wallet_id', 'wallet_transactions', 'wallet_id, id', 'wallet_id'],
  [
    'wallet_transactions_reference',
    'wallet_transactions',
    'environment_id, reference_id, id',
    'reference_id',
  ],
  [
    'wallet_transactions_key_unique',
    'wallet_transactions',
    'environment_id, origin, idempotency_key',
    'idempotency_key',
  ],
  ['payments_invoice_id', 'payments', 'invoice_id, id', 'invoice_id'],
  ['credit_notes_invoice_id', 'credit_notes', 'invoice_id, id', 'invoice_id'],
  ['line_credits_subscription_id', 'line_credits', 'subscription_id, id', 'subscription_id'],
] as const
