import { type RawBuilder, sql } from 'kysely'

/** Of ledger's rows that have something left, for the first time or again: the INSERT of what it is, by their own terms. */
export function openCredits(rows: RawBuilder<unknown>, left: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`insert into wallet_credits (id, environment_id, wallet_id, credit_amount, credits_available, priority,
      effective_date, expiry_date, is_purchased)
    select c.id, c.environment_id, c.wallet_id, c.credit_amount, ${left}, c.priority, c.effective_date, c.expiry_date,
      c.is_purchased
    from ${rows} c`
}
