import { type RawBuilder, sql } from 'kysely'
import { customerOf, type Product } from './product.ts'
import {
  type LineRow,
  lineRows,
  linesByInvoice,
  type MoneyRow,
  moneyOf,
  plainText,
  type StoredInvoice,
  type StoredMoney,
} from './read-invoices.ts'

/** What the product has stored, in the words of the steps. Instants are milliseconds since 1970. */
export interface Standing {
  /** Those of subscriptions that were written at an instant of the clock or later. */
  readonly invoices: readonly StoredInvoice[]
  /** Of all invoices that were written since then. */
  readonly numbers: readonly string[]
  readonly subscriptions: readonly StoredSubscription[]
  /** All of them, the oldest first. */
  readonly wallets: readonly StoredWallet[]
  /** Those that buy credits, by whose customer's they are, the oldest first. */
  readonly purchases: readonly StoredPurchase[]
  readonly grants: readonly StoredGrants[]
}

export interface StoredSubscription {
  readonly subscription: number
  readonly status: string
  readonly start: number
  readonly end: number
  readonly dueAt: number | null
}

export interface StoredWallet {
  readonly subscription: number
  readonly types: string
  readonly rate: string
  readonly isOpen: boolean
  /** In credits. */
  readonly balance: string
}

interface StoredPurchase {
  readonly subscription: number
  readonly status: string
  readonly reason: string
  readonly subtotal: string
  readonly money: StoredMoney
}

/** How many grants of a state a subscription has. */
interface StoredGrants {
  readonly subscription: number
  readonly status: string
  readonly count: number
}

interface InvoiceRow extends MoneyRow {
  readonly id: string
  readonly subscription_id: string
  readonly billing_sequence: number
  readonly billing_reason: string
  readonly invoice_status: string
  readonly start: number | null
  readonly end: number | null
  readonly subtotal: string
}

interface StandingRow {
  readonly invoices: readonly InvoiceRow[]
  readonly lines: readonly LineRow[]
  readonly numbers: readonly string[]
  readonly subscriptions: readonly (Omit<StoredSubscription, 'subscription'> & { readonly id: string })[]
  readonly wallets: readonly (Omit<StoredWallet, 'subscription'> & { readonly external_id: string })[]
  readonly purchases: readonly (MoneyRow &
    Omit<StoredPurchase, 'subscription' | 'money'> & { readonly external_id: string })[]
  readonly grants: readonly (Omit<StoredGrants, 'subscription'> & { readonly subscription_id: string })[]
}

/** All that a billing can have changed, by one statement: lives are looked at after each. */
export async function readStanding(product: Product, since: number): Promise<Standing> {
  const { scoped, subscriptions } = product
  const environment = scoped.scope.environmentId
  const written = sql`from invoices i where i.environment_id = ${environment} and i.updated_at >= ${new Date(since)}`
  const ofSubscriptions = sql`${written} and i.subscription_id is not null`
  const { rows } = await sql<StandingRow>`select
    ${all(sql`select i.id, i.subscription_id, i.billing_sequence, i.billing_reason, i.invoice_status,
      ${ms('i.period_start')} as start, ${ms('i.period_end')} as "end", i.subtotal::text, ${money}
      ${ofSubscriptions}`)} as invoices,
    ${all(lineRows(environment, sql`line.invoice_id in (select i.id ${ofSubscriptions})`))} as lines,
    (select coalesce(json_agg(i.invoice_number), '[]') ${written} and i.invoice_number is not null) as numbers,
    ${all(sql`select id, subscription_status as status, ${ms('current_period_start')} as start,
      ${ms('current_period_end')} as "end", ${ms('next_billing_at')} as "dueAt"
      from subscriptions where environment_id = ${environment}`)} as subscriptions,
    ${all(sql`select c.external_id, w.allowed_price_types as types, w.conversion_rate::text as rate,
      w.wallet_status = 'active' as "isOpen", w.credit_balance::text as balance
      from wallets w join customers c on c.id = w.customer_id
      where w.environment_id = ${environment} order by w.id`)} as wallets,
    ${all(sql`select c.external_id, i.invoice_status as status, i.billing_reason as reason, i.subtotal::text, ${money}
      from invoices i join customers c on c.id = i.customer_id
      where i.environment_id = ${environment} and i.invoice_type = 'CREDIT' order by i.id`)} as purchases,
    ${all(sql`select subscription_id, application_status as status, count(*) as count
      from credit_grant_applications where environment_id = ${environment}
      group by subscription_id, application_status`)} as grants`.execute(scoped.db)
  const [row] = rows
  if (!row) throw new Error('a statement without rows tells nothing')
  const numbers = new Map([...subscriptions].map(([number, id]) => [id, number]))
  const customers = new Map([...subscriptions.keys()].map((number) => [customerOf(number), number]))
  const ofCustomer = (name: string) => customers.get(name) ?? -1
  const lines = linesByInvoice(product, row.lines)
  return {
    invoices: row.invoices.map((invoice) => ({
      id: invoice.id,
      subscription: numbers.get(invoice.subscription_id) ?? -1,
      place: invoice.billing_sequence,
      reason: invoice.billing_reason,
      status: invoice.invoice_status,
      start: invoice.start ?? 0,
      end: invoice.end ?? 0,
      subtotal: plainText(invoice.subtotal),
      money: moneyOf(invoice),
      lines: lines.get(invoice.id) ?? [],
    })),
    numbers: row.numbers,
    subscriptions: row.subscriptions.map(({ id, ...rest }) => ({
      ...{ subscription: numbers.get(id) ?? -1, ...rest },
    })),
    wallets: row.wallets.map(({ external_id, ...rest }) => ({
      ...{ subscription: ofCustomer(external_id), ...rest },
      ...{ rate: plainText(rest.rate), balance: plainText(rest.balance) },
    })),
    purchases: row.purchases.map(({ external_id, status, reason, subtotal, ...rest }) => ({
      ...{ subscription: ofCustomer(external_id), status, reason, subtotal: plainText(subtotal) },
      money: moneyOf(rest),
    })),
    grants: row.grants.map(({ subscription_id, ...rest }) => ({
      ...{ subscription: numbers.get(subscription_id) ?? -1, ...rest },
    })),
  }
}

/** Of invoices named `i`; numbers in JSON are no decimals. */
const money = sql`i.total_prepaid_credits_applied::text, i.total::text, i.adjustment_amount::text, i.amount_due::text,
  i.amount_paid::text, i.amount_remaining::text, i.refunded_amount::text, i.payment_status`

function all(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select coalesce(json_agg(r), '[]') from (${rows}) r)`
}

function ms(column: string): RawBuilder<unknown> {
  return sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`
}
