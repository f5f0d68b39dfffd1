import { assert } from '@flexprice/domain'
import {
  type Decimal,
  formatDecimal,
  isNegative,
  isPositive,
  readDecimal,
  sumDecimals,
  zero,
} from '@flexprice/domain/money'
import type { UsedCredit } from '@flexprice/domain/wallet'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { Metadata } from '../tables/row-types.ts'
import type { TransactionReason, WalletTransactionTable } from '../tables/wallet-tables.ts'
import type { HeldWallet } from './held-wallets.ts'
import { openCredits } from './open-credits.ts'

/** What is booked on a wallet that is held. Ledger rows are made of nothing else. */
export interface LedgerEntry {
  /** Of its row, by `newId('walletTransaction')`. */
  readonly id: string
  readonly type: 'credit' | 'debit'
  /** Of a credit that waits for the invoice that buys it: nothing of it is there as yet. */
  readonly isPending?: boolean
  readonly reason: TransactionReason
  readonly credits: Decimal
  /** In money, whole units. */
  readonly amount: Decimal
  /** Of a debit the credits that it takes, of a credit those that it gives back to: it has nothing of its own of these. */
  readonly breakdown: readonly UsedCredit[]
  /** Of what comes back: the debit that had taken it, which has paid the entry's money. */
  readonly returns?: { readonly debitId: string; readonly used: readonly UsedCredit[] }
  readonly terms?: CreditTerms
  readonly parentId?: string
  readonly reference: Pick<WalletTransactionTable, 'reference_type' | 'reference_id'>
  readonly key: BookingKey
  readonly description?: string
  readonly metadata?: Metadata
}

export interface CreditTerms {
  readonly priority: number | null
  readonly effectiveAt: Date | null
  readonly expiresAt: Date | null
  readonly isPurchased: boolean
}

/** The same one is one transaction, for ever: a unique index holds it. */
export interface BookingKey {
  /** Who makes the keys: `top_up`, `invoice`, … */
  readonly origin: string
  readonly value: string
  /** What it is called by whoever asked. */
  readonly field?: string
  /** Of what was asked, where the key is a caller's. */
  readonly requestHash?: string
}

export interface Booking {
  readonly held: HeldWallet
  readonly entries: readonly LedgerEntry[]
}

/**
 * Books on wallets that the transaction holds, in the order given: the rows, what is left of the credits, and the
 * balances, in one statement however many there are. A balance that falls below its wallet's threshold makes an automatic
 * top-up due. Asserts that a balance stays what is available of its credits.
 */
export async function writeLedger(scoped: Scoped, bookings: readonly Booking[], now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'wallets are written while they are held')
  const written = bookings.filter(({ entries }) => entries.length > 0).map(bookOne)
  if (written.length === 0) return
  const rows = written.flatMap((one) => one.rows)
  const consumptions = written.flatMap((one) => one.consumptions)
  const environment_id = scoped.scope.environmentId
  const left = changedCredits(written.flatMap((one) => one.left))
  const opened = written.flatMap((one) => one.opened)
  const returned = sumsOf(written.flatMap((one) => one.returned))
  const repaid = sumsOf(written.flatMap((one) => one.repaid))
  const balances = Object.fromEntries(
    written.map(({ held, balance, count }) => [held.row.id, { balance, count }]),
  )
  const { updated_at, updated_by } = change(scoped.scope, now)
  const insert = (
    table: 'wallet_consumptions' | 'wallet_credits',
    records: readonly Readonly<Record<string, unknown>>[],
  ) =>
    records.length === 0 ? sql`select 1` : insertRecords(table, { rows: records, shared: { environment_id } })
  // Each looks its values up by its id, as in `finalizeInvoices`.
  const result = await sql<{ credits: number; returned: number; repaid: number; wallets: number }>`
    with booked as (${insertRecords('wallet_transactions', audited(scoped, rows, now))}),
    consumed as (${insert('wallet_consumptions', consumptions)}),
    opened as (${insert('wallet_credits', opened)}),
    spent as (
      delete from wallet_credits c where c.environment_id = ${environment_id} and c.id = any (${left.spent}::text[])
      returning 1),
    changed as (
      update wallet_credits c set credits_available = c.credits_available + (${left.changed.json}::jsonb ->> c.id)::numeric
      where c.environment_id = ${environment_id} and c.id = any (${left.changed.ids}::text[]) returning 1),
    reopened as (
      ${openCredits(sql`wallet_transactions`, sql`(${left.reopened.json}::jsonb ->> c.id)::numeric`)}
      where c.environment_id = ${environment_id} and c.id = any (${left.reopened.ids}::text[]) returning 1),
    returned as (
      update wallet_consumptions c set credits_returned = c.credits_returned
        + (${returned.json}::jsonb ->> (c.transaction_id || ' ' || c.credit_transaction_id))::numeric
      where c.environment_id = ${environment_id}
        and c.transaction_id = any (${returned.ids.map((id) => id.split(' ')[0] ?? '')}::text[])
        and ${returned.json}::jsonb ? (c.transaction_id || ' ' || c.credit_transaction_id) returning 1),
    repaid as (
      update wallet_transactions d set amount_returned = d.amount_returned + (${repaid.json}::jsonb ->> d.id)::numeric
      where d.environment_id = ${environment_id} and d.id = any (${repaid.ids}::text[]) returning 1),
    balanced as (
      update wallets w set (credit_balance, transaction_count, topup_due_at) = (
          select balance, count, case when w.auto_topup_enabled and (balance < w.credit_balance or w.topup_due_at is not null)
            then topup_due(w, balance, ${updated_at}) end
          from jsonb_to_record(${JSON.stringify(balances)}::jsonb -> w.id) as b (balance numeric, count integer)),
        updated_at = ${updated_at}, updated_by = ${updated_by}
      where w.environment_id = ${environment_id} and w.id = any (${Object.keys(balances)}::text[]) returning 1)
    select (select count(*) from spent) + (select count(*) from changed) + (select count(*) from reopened) as credits,
      (select count(*) from returned) as returned,
      (select count(*) from repaid) as repaid, (select count(*) from balanced) as wallets`.execute(scoped.db)
  const counts = result.rows[0]
  assert(counts?.wallets === written.length, 'every wallet that is held is booked on')
  const credits = left.spent.length + left.changed.ids.length + left.reopened.ids.length
  assert(counts.credits === credits && counts.returned === returned.ids.length, 'every credit is there')
  assert(counts.repaid === repaid.ids.length, 'every debit is there that gives back')
}

type NewRow = NewRecord<WalletTransactionTable, 'status' | 'amount_returned'>

/** One wallet's rows, and what they change: the balance goes from row to row. */
function bookOne({ held, entries }: Booking) {
  const { row } = held
  let balance = readDecimal(row.credit_balance)
  let position = row.transaction_count
  const changes = new Map<string, Decimal>()
  const lower = (creditId: string, by: Decimal) =>
    changes.set(creditId, (changes.get(creditId) ?? zero).minus(by))
  const own = new Map<string, Decimal>()
  const rows = entries.map((entry): NewRow => {
    const before = balance
    const isCredit = entry.type === 'credit'
    const broken = sumDecimals(entry.breakdown.map(({ credits }) => credits))
    if (entry.isPending) return rowOf(held, entry, { before, after: before, position: null })
    balance = isCredit ? before.plus(entry.credits) : before.minus(entry.credits)
    for (const { creditId, credits } of entry.breakdown)
      lower(creditId, isCredit ? zero.minus(credits) : credits)
    const given = isCredit ? entry.credits.minus(broken) : zero
    assert(isCredit || broken.eq(entry.credits), 'a debit names the credits that it takes')
    assert(!isNegative(given) && !isNegative(balance), 'nothing comes of nothing')
    own.set(entry.id, given)
    return rowOf(held, entry, { before, after: balance, position: ++position })
  })
  const left = [...changes].map(([id, credits]): ChangedCredit => {
    const before = own.get(id) ?? held.credits.get(id)?.available ?? zero
    const after = before.plus(credits)
    assert(!isNegative(after), `${id} has what is taken of it`)
    return { id, credits, before, after }
  })
  // What is booked and taken at once is written as it is left.
  const ownLeft = new Map([...own, ...left.map(({ id, after }) => [id, after] as const)])
  return {
    ...{ rows, held, balance: formatDecimal(balance), count: position },
    left: left.filter(({ id }) => !own.has(id)),
    opened: rows.flatMap((row) => openedCredit(row, ownLeft.get(row.id) ?? zero)),
    consumptions: entries.flatMap(({ breakdown }, index) =>
      breakdown.map(({ creditId, credits }) => ({
        transaction_id: entries[index]?.id,
        credit_transaction_id: creditId,
        credits: formatDecimal(credits),
      })),
    ),
    returned: entries.flatMap(({ returns }) =>
      (returns?.used ?? []).map(({ creditId, credits }) => ({
        ...{ id: `${returns?.debitId} ${creditId}`, credits },
      })),
    ),
    repaid: entries.flatMap(({ returns, amount }) =>
      returns ? [{ id: returns.debitId, credits: amount }] : [],
    ),
  }
}

function rowOf(
  { row }: HeldWallet,
  entry: LedgerEntry,
  { before, after, position }: { before: Decimal; after: Decimal; position: number | null },
): NewRow {
  const { terms, reference, key } = entry
  assert(isPositive(entry.credits), 'something is booked')
  return {
    id: entry.id,
    ...{ wallet_id: row.id, customer_id: row.customer_id, position, type: entry.type },
    transaction_status: position === null ? 'pending' : 'completed',
    ...{ transaction_reason: entry.reason, currency: row.currency },
    credit_amount: formatDecimal(entry.credits),
    amount: formatDecimal(entry.amount),
    credit_balance_before: formatDecimal(before),
    credit_balance_after: formatDecimal(after),
    ...{ conversion_rate: row.conversion_rate, topup_conversion_rate: row.topup_conversion_rate },
    priority: terms?.priority ?? null,
    effective_date: terms?.effectiveAt ?? null,
    expiry_date: terms?.expiresAt ?? null,
    is_purchased: terms?.isPurchased ?? false,
    parent_transaction_id: entry.parentId ?? null,
    ...reference,
    ...{ origin: key.origin, idempotency_key: key.value, request_hash: key.requestHash ?? '' },
    description: entry.description ?? '',
    metadata: entry.metadata ?? {},
  }
}

function openedCredit(row: NewRow, left: Decimal) {
  if (!isPositive(left)) return []
  const { id, wallet_id, credit_amount, priority, effective_date, expiry_date, is_purchased } = row
  const terms = { priority, effective_date, expiry_date, is_purchased }
  return [{ id, wallet_id, credit_amount, credits_available: formatDecimal(left), ...terms }]
}

/** A credit that was there before. */
interface ChangedCredit {
  readonly id: string
  readonly credits: Decimal
  readonly before: Decimal
  readonly after: Decimal
}

/** A spent one has no row of what is left; one that was spent has one again, unless that is taken at once, too. */
function changedCredits(credits: readonly ChangedCredit[]) {
  const hadSome = credits.filter(({ before }) => isPositive(before))
  const hadNone = credits.filter(({ before }) => !isPositive(before))
  return {
    spent: hadSome.flatMap(({ id, after }) => (isPositive(after) ? [] : [id])),
    changed: sumsOf(hadSome.filter(({ after }) => isPositive(after))),
    reopened: sumsOf(hadNone.filter(({ after }) => isPositive(after))),
  }
}

function sumsOf(changes: readonly { readonly id: string; readonly credits: Decimal }[]) {
  const sums = [...Map.groupBy(changes, ({ id }) => id)].map(
    ([id, some]) => [id, formatDecimal(sumDecimals(some.map(({ credits }) => credits)))] as const,
  )
  return { ids: sums.map(([id]) => id), json: JSON.stringify(Object.fromEntries(sums)) }
}
