import { createTestDatabase } from '@flexprice/testing'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { addPlan, addSubscription } from '../testing/catalog-rows.ts'
import { up } from './0016-invoice-sums.ts'

test('what was paid is no longer off what is due, and a draft gets the grid of its subscription', async () => {
  await using databases = await createTestDatabase()
  const scoped = await databases.newTenant()
  const plan = await addPlan(scoped)
  const { id, customer_id } = await addSubscription(scoped, { plan_id: plan.id })
  const { environmentId } = scoped.scope
  const pool = new pg.Pool({ connectionString: databases.ownerUrl, max: 1 })
  // One that is still closing as the database is dropped is told so.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await asBefore(db)
    const at = new Date('2026-04-01T00:00:00Z')
    await sql`
      insert into invoices (id, environment_id, customer_id, subscription_id, invoice_type, billing_reason,
        invoice_status, payment_status, invoice_number, currency, subtotal, total, amount_paid, amount_due, finalized_at,
        created_at, updated_at, created_by, updated_by)
      select id, ${environmentId}, ${customer_id}, subscription_id, 'SUBSCRIPTION', 'MANUAL', state, 'PENDING', number, 'usd',
        10, 10, paid, 10 - paid, finalized_at, ${at}, ${at}, 'ada', 'ada'
      from (values ('a', ${id}, 'DRAFT', null, 0, null::timestamptz), ('b', ${id}, 'FINALIZED', '1', 4, ${at}),
        ('c', null, 'FINALIZED', '2', 10, ${at})) as i (id, subscription_id, state, number, paid, finalized_at)`.execute(
      db,
    )
    await up(db)
  } finally {
    await db.destroy()
  }
  const rows = await scoped.db.selectFrom('invoices').selectAll().orderBy('id').execute()
  const sums = rows.map((row) => [row.amount_due, row.amount_paid, row.amount_remaining].map(Number))
  expect(sums).toEqual([
    [10, 0, 10],
    [10, 4, 6],
    [10, 10, 0],
  ])
  const { billing_anchor, timezone } = await scoped.db
    .selectFrom('subscriptions')
    .selectAll()
    .executeTakeFirstOrThrow()
  expect(rows[0]).toMatchObject({ billing_anchor, timezone, billing_period_count: 1 })
  expect(rows[2]).toMatchObject({ billing_anchor: null, last_computed_at: null })
})

/** The schema that the migration finds. */
async function asBefore(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table invoices drop constraint invoices_amount_due, drop column amount_remaining, drop column overpaid_amount,
      drop column adjustment_amount, drop column billing_anchor, drop column billing_period_count, drop column timezone,
      drop column last_computed_at, add constraint invoices_amount_due check (amount_due = total - amount_paid);
    alter table subscriptions drop column warnings`.execute(db)
}
