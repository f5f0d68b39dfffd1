import { assert } from '@flexprice/domain'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { holdWallets } from './held-wallets.ts'
import { openCredits } from './open-credits.ts'

/**
 * Completes the credits that invoices buy, in the transaction that pays these, whose caller holds them: from here on
 * they are in their wallets, at their ledgers' ends. A fixed number of statements; one where none waits. Of what is
 * completed nothing waits, so that it is done once.
 */
export async function completePendingCredits(
  scoped: Scoped,
  invoiceIds: readonly string[],
  now: Date,
): Promise<void> {
  assert(scoped.db.isTransaction, 'credits come with what pays for them')
  const pending = await listPending(scoped, invoiceIds)
  if (pending.length === 0) return
  const wallets = await holdWallets(scoped, [...new Set(pending.map(({ wallet_id }) => wallet_id))])
  const balances = new Map(
    wallets.map(({ row }) => [
      row.id,
      { balance: readDecimal(row.credit_balance), count: row.transaction_count },
    ]),
  )
  const rows = pending.map(({ id, wallet_id, credit_amount }) => {
    const last = balances.get(wallet_id)
    assert(last, 'what waits is of a wallet')
    const next = { balance: last.balance.plus(readDecimal(credit_amount)), count: last.count + 1 }
    balances.set(wallet_id, next)
    const before = formatDecimal(last.balance)
    return [id, { position: next.count, before, after: formatDecimal(next.balance) }] as const
  })
  const { updated_at, updated_by } = change(scoped.scope, now)
  await sql`
    with completed as (
      update wallet_transactions t set (transaction_status, position, credit_balance_before, credit_balance_after) = (
        select 'completed', position, before, after
        from jsonb_to_record(${JSON.stringify(Object.fromEntries(rows))}::jsonb -> t.id)
          as c (position integer, before numeric, after numeric)), updated_at = ${updated_at}, updated_by = ${updated_by}
      where t.environment_id = ${scoped.scope.environmentId} and t.id = any (${rows.map(([id]) => id)}::text[])
      returning *)
    ${openCredits(sql`completed`, sql`credit_amount`)}`.execute(scoped.db)
  await writeBalances(scoped, balances, now)
}

/** Behind the rows, so that what is completed is no more waited for: below the threshold the next top-up is due. */
async function writeBalances(
  scoped: Scoped,
  balances: ReadonlyMap<string, { readonly balance: ReturnType<typeof readDecimal>; readonly count: number }>,
  now: Date,
): Promise<void> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  const values = [...balances].map(
    ([id, { balance, count }]) => [id, { balance: formatDecimal(balance), count }] as const,
  )
  await sql`
    update wallets w set (credit_balance, transaction_count, topup_due_at) = (
        select balance, count, topup_due(w, balance, ${updated_at})
        from jsonb_to_record(${JSON.stringify(Object.fromEntries(values))}::jsonb -> w.id)
          as b (balance numeric, count integer)), updated_at = ${updated_at}, updated_by = ${updated_by}
    where w.environment_id = ${scoped.scope.environmentId} and w.id = any (${values.map(([id]) => id)}::text[])`.execute(
    scoped.db,
  )
}

/** Ends what waits for an invoice that is voided: it never comes. */
export async function failPendingCredits(scoped: Scoped, invoiceId: string, now: Date): Promise<void> {
  await scoped.db
    .updateTable('wallet_transactions')
    .set({ transaction_status: 'failed', ...change(scoped.scope, now) })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('reference_id', '=', invoiceId)
    .where('reference_type', '=', 'INVOICE')
    .where('transaction_status', '=', 'pending')
    .execute()
}

/** The invoice that one of a wallet's purchases waits for; undefined where none does. */
export async function findPendingInvoice(
  { db, scope }: Scoped,
  walletId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('wallet_transactions')
    .select('reference_id')
    .where('environment_id', '=', scope.environmentId)
    .where('wallet_id', '=', walletId)
    .where('transaction_status', '=', 'pending')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.reference_id
}

async function listPending({ db, scope }: Scoped, invoiceIds: readonly string[]) {
  return await db
    .selectFrom('wallet_transactions')
    .select(['id', 'wallet_id', 'credit_amount'])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`reference_id = any (${invoiceIds}::text[])`)
    .where('reference_type', '=', 'INVOICE')
    .where('transaction_status', '=', 'pending')
    .orderBy('id')
    .execute()
}
