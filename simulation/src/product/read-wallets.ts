import { customerOf, type Product } from './product.ts'
import { plainText } from './read-invoices.ts'

export interface StoredWallet {
  readonly subscription: number
  readonly types: string
  readonly rate: string
  readonly isOpen: boolean
  /** In credits. */
  readonly balance: string
}

/** All wallets, the oldest first. */
export async function readWallets({ scoped, subscriptions }: Product): Promise<StoredWallet[]> {
  const rows = await scoped.db
    .selectFrom('wallets as w')
    .innerJoin('customers as c', 'c.id', 'w.customer_id')
    .select([
      'w.allowed_price_types',
      'w.conversion_rate',
      'w.wallet_status',
      'w.credit_balance',
      'c.external_id',
    ])
    .where('w.environment_id', '=', scoped.scope.environmentId)
    .orderBy('w.id')
    .execute()
  const numbers = new Map([...subscriptions.keys()].map((number) => [customerOf(number), number]))
  return rows.map((row) => ({
    subscription: numbers.get(row.external_id) ?? -1,
    types: row.allowed_price_types,
    rate: plainText(row.conversion_rate),
    isOpen: row.wallet_status === 'active',
    balance: plainText(row.credit_balance),
  }))
}
