import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'

/** Which wallet credits are to go into: its customer's, of the currency and rate, that pays for everything. */
export interface WalletWanted {
  readonly customerId: string
  readonly currency: string
  /** The money that a credit is worth, and, where the wallet is made, what it costs. Decimal strings. */
  readonly conversionRate: string
  readonly topUpConversionRate: string
}

/**
 * The open wallets that are wanted, those made that are not there, in the caller's transaction: three statements at the
 * most, however many. One that is frozen is found, too: it is for whoever books on it to refuse it.
 *
 * @returns for each, in the order given, the wallet's id
 */
export async function ensureWallets(
  scoped: Scoped,
  wanted: readonly WalletWanted[],
  now: Date,
): Promise<string[]> {
  assert(scoped.db.isTransaction, 'wallets are made in a transaction')
  if (wanted.length === 0) return []
  const found = await findWallets(scoped, wanted)
  const missing = new Map(
    wanted.flatMap((one, index) => (found[index] === null ? [[identityOf(one), one] as const] : [])),
  )
  if (missing.size === 0) return found.map(expectFound)
  // In one order, so that two transactions cannot wait for each other's.
  const inOrder = [...missing].sort(([left], [right]) => (left < right ? -1 : 1))
  const rows = inOrder.map(([, one]) => ({
    id: newId('wallet'),
    customer_id: one.customerId,
    currency: one.currency,
    conversion_rate: one.conversionRate,
    topup_conversion_rate: one.topUpConversionRate,
  }))
  // Another transaction may be making the same one: it is waited for, and used.
  await sql`${insertRecords('wallets', audited(scoped, rows, now))} on conflict do nothing`.execute(scoped.db)
  return (await findWallets(scoped, wanted)).map(expectFound)
}

function identityOf({ customerId, currency, conversionRate }: WalletWanted): string {
  return `${customerId} ${currency} ${conversionRate}`
}

function expectFound(id: string | null): string {
  assert(id, 'a wallet that is wanted is there')
  return id
}

async function findWallets(
  { db, scope }: Scoped,
  wanted: readonly WalletWanted[],
): Promise<readonly (string | null)[]> {
  const column = (name: keyof WalletWanted) => wanted.map((one) => one[name])
  const { rows } = await sql<{ id: string | null }>`
    select (select w.id from wallets w
      where w.environment_id = ${scope.environmentId} and w.customer_id = n.customer_id and w.currency = n.currency
        and w.conversion_rate = n.conversion_rate and w.allowed_price_types = 'ALL' and w.wallet_status <> 'closed'
      order by w.id limit 1) as id
    from unnest(${column('customerId')}::text[], ${column('currency')}::text[], ${column('conversionRate')}::numeric[])
      with ordinality as n (customer_id, currency, conversion_rate, place)
    order by n.place`.execute(db)
  return rows.map(({ id }) => id)
}
