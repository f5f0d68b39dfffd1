import type { Caller } from './caller-under-test.ts'

/** As they are, apart from what each environment and each moment has of its own. */
export async function madeSubscriptions({ scoped }: Caller) {
  const { db } = scoped
  const rows = await db
    .selectFrom('subscriptions as s')
    .innerJoin('customers as c', 'c.id', 's.customer_id')
    .selectAll('s')
    .select('c.external_id')
    .where('s.status', '=', 'published')
    .orderBy('c.external_id')
    .orderBy('s.lookup_key')
    .execute()
  const lineRows = await db.selectFrom('subscription_line_items').selectAll().execute()
  const invoices = await db.selectFrom('invoices').selectAll().execute()
  return rows.map((row) => ({
    customer: row.external_id,
    lookup_key: row.lookup_key,
    status: row.subscription_status,
    start: row.start_date,
    end: row.end_date,
    bill_from: row.bill_from,
    period: [row.current_period_start, row.current_period_end],
    next: row.next_billing_at,
    trial: [row.trial_start, row.trial_end],
    zone: row.timezone,
    metadata: row.metadata,
    warnings: row.warnings,
    lines: lineRows
      .filter(({ subscription_id }) => subscription_id === row.id)
      .map(({ quantity, start_date, end_date }) => [quantity, start_date, end_date]),
    invoices: invoices
      .filter(({ subscription_id }) => subscription_id === row.id)
      .map((one) => [one.invoice_status, one.total, one.period_start, one.period_end, one.billing_reason]),
  }))
}
