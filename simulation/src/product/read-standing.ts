import type { Product } from './product.ts'
import { readInvoices, readPurchases, readSubscriptions } from './read-invoices.ts'
import { readWallets } from './read-wallets.ts'

/** What a billing can have changed, in the words of the steps. */
export type Standing = Awaited<ReturnType<typeof readStanding>>

/** All of it as it stands; of invoices, and their numbers, those that were written at an instant of the clock or later. */
export async function readStanding(product: Product, since: number) {
  const [invoices, numbers, subscriptions, wallets, purchases, grants] = await Promise.all([
    readInvoices(product, since),
    readNumbers(product, since),
    readSubscriptions(product),
    readWallets(product),
    readPurchases(product),
    readGrants(product),
  ])
  return { invoices, numbers, subscriptions, wallets, purchases, grants }
}

async function readNumbers({ scoped }: Product, since: number): Promise<string[]> {
  const rows = await scoped.db
    .selectFrom('invoices')
    .select('invoice_number')
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('invoice_number', 'is not', null)
    .where('updated_at', '>=', new Date(since))
    .execute()
  return rows.flatMap(({ invoice_number }) => invoice_number ?? [])
}

/** How many grants of each state a subscription has. */
async function readGrants({ scoped, subscriptions }: Product) {
  const rows = await scoped.db
    .selectFrom('credit_grant_applications')
    .select(['subscription_id', 'application_status'])
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('environment_id', '=', scoped.scope.environmentId)
    .groupBy(['subscription_id', 'application_status'])
    .execute()
  const numbers = new Map([...subscriptions].map(([number, id]) => [id, number]))
  return rows.map((row) => ({
    subscription: numbers.get(row.subscription_id) ?? -1,
    ...{ status: row.application_status, count: Number(row.count) },
  }))
}
