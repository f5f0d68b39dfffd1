import { customerOf, type Product } from './product.ts'

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

/** Those of subscriptions that were written at an instant of the clock or later. */
export async function readInvoices(product: Product, since: number): Promise<StoredInvoice[]> {
  const { scoped } = product
  const invoices = await scoped.db
    .selectFrom('invoices')
    .select([
      'id',
      'subscription_id',
      'billing_sequence',
      'billing_reason',
      'invoice_status',
      'period_start',
      'period_end',
      'subtotal',
    ])
    .select(moneyColumns)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('subscription_id', 'is not', null)
    .where('updated_at', '>=', new Date(since))
    .execute()
  if (invoices.length === 0) return []
  const lines = await readLines(
    product,
    invoices.map(({ id }) => id),
  )
  const numbers = new Map([...product.subscriptions].map(([number, id]) => [id, number]))
  return invoices.map((invoice) => ({
    id: invoice.id,
    subscription: numbers.get(invoice.subscription_id ?? '') ?? -1,
    place: invoice.billing_sequence ?? 0,
    reason: invoice.billing_reason,
    status: invoice.invoice_status,
    start: invoice.period_start?.getTime() ?? 0,
    end: invoice.period_end?.getTime() ?? 0,
    subtotal: plainText(invoice.subtotal),
    money: moneyOf(invoice),
    lines: lines.get(invoice.id) ?? [],
  }))
}

export async function readLines(
  product: Product,
  invoiceIds: readonly string[],
): Promise<Map<string, StoredLine[]>> {
  const { scoped, chains } = product
  const rows = await scoped.db
    .selectFrom('invoice_line_items as line')
    .innerJoin('prices as price', 'price.id', 'line.price_id')
    .leftJoin('prices as replaced', 'replaced.id', 'price.overridden_price_id')
    .select([
      'line.id',
      'line.invoice_id',
      'line.price_type',
      'line.period_start',
      'line.amount',
      'line.explanation',
    ])
    .select(['price.root_price_id', 'replaced.root_price_id as replaced_root'])
    .where('line.environment_id', '=', scoped.scope.environmentId)
    .where('line.invoice_id', 'in', invoiceIds)
    .execute()
  const stored = rows.map((row) => ({
    invoiceId: row.invoice_id,
    line: {
      id: row.id,
      chain: chains.get(row.replaced_root ?? row.root_price_id) ?? -1,
      type: row.price_type ?? '',
      start: row.period_start.getTime(),
      amount: plainText(row.amount),
      events: eventsOf(row.explanation),
    },
  }))
  const grouped = Map.groupBy(stored, ({ invoiceId }) => invoiceId)
  return new Map([...grouped].map(([id, some]) => [id, some.map(({ line }) => line)]))
}

function eventsOf({ usage }: Readonly<Record<string, unknown>>): number | undefined {
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

/** Those that buy credits, by whose customer's they are, the oldest first. */
export async function readPurchases({ scoped, subscriptions }: Product) {
  const rows = await scoped.db
    .selectFrom('invoices as i')
    .innerJoin('customers as c', 'c.id', 'i.customer_id')
    .select(['c.external_id', 'i.invoice_status', 'i.billing_reason', 'i.subtotal'])
    .select(moneyColumns)
    .where('i.environment_id', '=', scoped.scope.environmentId)
    .where('i.invoice_type', '=', 'CREDIT')
    .orderBy('i.id')
    .execute()
  const numbers = new Map([...subscriptions.keys()].map((number) => [customerOf(number), number]))
  return rows.map((row) => ({
    subscription: numbers.get(row.external_id) ?? -1,
    ...{ status: row.invoice_status, reason: row.billing_reason, subtotal: plainText(row.subtotal) },
    money: moneyOf(row),
  }))
}

/** Where each subscription stands. */
export async function readSubscriptions({ scoped, subscriptions }: Product) {
  const rows = await scoped.db
    .selectFrom('subscriptions')
    .select(['id', 'subscription_status', 'current_period_start', 'current_period_end', 'next_billing_at'])
    .where('environment_id', '=', scoped.scope.environmentId)
    .execute()
  const numbers = new Map([...subscriptions].map(([number, id]) => [id, number]))
  return rows.map((row) => ({
    subscription: numbers.get(row.id) ?? -1,
    status: row.subscription_status,
    start: row.current_period_start.getTime(),
    end: row.current_period_end.getTime(),
    dueAt: row.next_billing_at?.getTime() ?? null,
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

function moneyOf(row: Readonly<Record<(typeof moneyColumns)[number], string>>): StoredMoney {
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
