import { type RawBuilder, sql } from 'kysely'
import type { Product } from './product.ts'

/** An invoice as it is stored, in the words of the steps. */
export interface StoredInvoice {
  readonly id: string
  readonly subscription: number
  /** Which one of its subscription's it is, from 1 on. */
  readonly place: number
  readonly reason: string
  readonly status: string
  readonly start: number
  readonly end: number
  readonly subtotal: string
  readonly money: StoredMoney
  readonly lines: readonly StoredLine[]
}

export interface StoredMoney {
  readonly credits: string
  readonly total: string
  readonly adjusted: string
  readonly due: string
  readonly paid: string
  readonly remains: string
  readonly refunded: string
  readonly paymentStatus: string
}

export interface StoredLine {
  readonly id: string
  readonly chain: number
  readonly type: string
  readonly start: number
  readonly amount: string
  readonly events: number | undefined
}

export interface LineRow {
  readonly id: string
  readonly invoice_id: string
  readonly type: string | null
  readonly start: number
  readonly amount: string
  readonly usage: unknown
  readonly root: string
}

/** Lines of invoices with the first price of their chain, also where it is overridden. */
export function lineRows(environment: string, where: RawBuilder<unknown>): RawBuilder<LineRow> {
  return sql`select line.id, line.invoice_id, line.price_type as type,
      (extract(epoch from line.period_start) * 1000)::bigint as start, line.amount::text,
      line.explanation -> 'usage' as usage, coalesce(replaced.root_price_id, price.root_price_id) as root
    from invoice_line_items line join prices price on price.id = line.price_id
      left join prices replaced on replaced.id = price.overridden_price_id
    where line.environment_id = ${environment} and ${where}`
}

export function linesByInvoice({ chains }: Product, rows: readonly LineRow[]): Map<string, StoredLine[]> {
  const grouped = Map.groupBy(rows, ({ invoice_id }) => invoice_id)
  const stored = ({ id, type, start, amount, usage, root }: LineRow): StoredLine => ({
    ...{ id, chain: chains.get(root) ?? -1, type: type ?? '', start },
    ...{ amount: plainText(amount), events: eventsOf(usage) },
  })
  return new Map([...grouped].map(([id, some]) => [id, some.map(stored)]))
}

export async function readLines(product: Product, invoiceId: string): Promise<StoredLine[]> {
  const { db, scope } = product.scoped
  const { rows } = await lineRows(scope.environmentId, sql`line.invoice_id = ${invoiceId}`).execute(db)
  return linesByInvoice(product, rows).get(invoiceId) ?? []
}

function eventsOf(usage: unknown): number | undefined {
  if (typeof usage !== 'object' || usage === null || !('event_count' in usage)) return undefined
  return typeof usage.event_count === 'number' ? usage.event_count : undefined
}

/** All one-offs, by the steps' numbers. */
export async function readOneOffs({ scoped, oneOffs }: Product) {
  const rows = await scoped.db
    .selectFrom('invoices')
    .select(['id', 'invoice_status', 'subtotal'])
    .select(moneyColumns)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('invoice_type', '=', 'ONE_OFF')
    .execute()
  const numbers = new Map([...oneOffs].map(([number, id]) => [id, number]))
  return rows.map((row) => ({
    invoice: numbers.get(row.id) ?? -1,
    status: row.invoice_status,
    subtotal: plainText(row.subtotal),
    money: moneyOf(row),
  }))
}

const moneyColumns = [
  'total_prepaid_credits_applied',
  'total',
  'adjustment_amount',
  'amount_due',
  'amount_paid',
  'amount_remaining',
  'refunded_amount',
  'payment_status',
] as const

export type MoneyRow = Readonly<Record<(typeof moneyColumns)[number], string>>

export function moneyOf(row: MoneyRow): StoredMoney {
  return {
    credits: plainText(row.total_prepaid_credits_applied),
    total: plainText(row.total),
    adjusted: plainText(row.adjustment_amount),
    due: plainText(row.amount_due),
    paid: plainText(row.amount_paid),
    remains: plainText(row.amount_remaining),
    refunded: plainText(row.refunded_amount),
    paymentStatus: row.payment_status,
  }
}

export function plainText(amount: string): string {
  return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount
}
