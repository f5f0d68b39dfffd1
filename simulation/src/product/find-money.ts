import type { InvoiceRef } from '../lives/money-step.ts'
import { invoiceIdOf, oneOffOf } from './find-rows.ts'
import { customerOf, type Product } from './product.ts'
import { plainText, readLines, type StoredLine } from './read-invoices.ts'

/** The customer's wallet, counted from the oldest one on. */
export async function walletIdOf(
  { scoped }: Product,
  { subscription, wallet }: { readonly subscription: number; readonly wallet: number },
): Promise<string> {
  const row = await scoped.db
    .selectFrom('wallets as w')
    .innerJoin('customers as c', 'c.id', 'w.customer_id')
    .select('w.id')
    .where('c.external_id', '=', customerOf(subscription))
    .orderBy('w.id')
    .offset(wallet)
    .limit(1)
    .executeTakeFirstOrThrow()
  return row.id
}

export async function invoiceOf(
  product: Product,
  { subscription, invoice }: { readonly subscription: number; readonly invoice: InvoiceRef },
): Promise<string> {
  if ('oneOff' in invoice) return oneOffOf(product, invoice.oneOff)
  if ('purchase' in invoice) return purchaseOf(product, { subscription, purchase: invoice.purchase })
  return invoiceIdOf(product, { subscription, back: invoice.back })
}

/** An invoice that buys credits, counted from the customer's oldest one on. */
export async function purchaseOf(
  { scoped }: Product,
  { subscription, purchase }: { readonly subscription: number; readonly purchase: number },
): Promise<string> {
  const row = await scoped.db
    .selectFrom('invoices as i')
    .innerJoin('customers as c', 'c.id', 'i.customer_id')
    .select('i.id')
    .where('c.external_id', '=', customerOf(subscription))
    .where('i.invoice_type', '=', 'CREDIT')
    .orderBy('i.id')
    .offset(purchase)
    .limit(1)
    .executeTakeFirstOrThrow()
  return row.id
}

export async function remainingOf({ scoped }: Product, invoiceId: string): Promise<string> {
  const row = await scoped.db
    .selectFrom('invoices')
    .select('amount_remaining')
    .where('id', '=', invoiceId)
    .executeTakeFirstOrThrow()
  return plainText(row.amount_remaining)
}

/** An invoice's line, counted by chain and start, and what neither notes nor changes have taken back of it; of a one-off in their order. */
export async function lineOf(
  product: Product,
  invoiceId: string,
  place: number,
): Promise<{ readonly lineId: string; readonly left: string }> {
  const { db } = product.scoped
  const lines = (await readLines(product, [invoiceId])).get(invoiceId) ?? []
  const sorted = lines.sort(byChain)
  const row = await db
    .selectFrom('invoice_line_items as line')
    .select('line.id')
    .select((line) =>
      line
        .selectFrom('credit_note_line_items as noted')
        .innerJoin('credit_notes as note', 'note.id', 'noted.credit_note_id')
        .whereRef('noted.invoice_line_item_id', '=', 'line.id')
        .where('note.credit_note_status', '=', 'FINALIZED')
        .select((one) => one.fn.coalesce(one.fn.sum<string>('noted.amount'), one.lit(0)).as('sum'))
        .as('noted'),
    )
    .select((line) =>
      line
        .selectFrom('line_credits as changed')
        .whereRef('changed.first_line_id', '=', 'line.id')
        .select((one) => one.fn.coalesce(one.fn.sum<string>('changed.amount'), one.lit(0)).as('sum'))
        .as('changed'),
    )
    .select('line.amount')
    .where('line.invoice_id', '=', invoiceId)
    .orderBy('line.id')
    .$if(sorted.length > 0, (query) => query.where('line.id', '=', sorted[place]?.id ?? ''))
    .$if(sorted.length === 0, (query) => query.offset(place).limit(1))
    .executeTakeFirstOrThrow()
  return { lineId: row.id, left: leftOf(row.amount, [String(row.noted ?? 0), String(row.changed ?? 0)]) }
}

/** Amounts of cents. */
function leftOf(amount: string, credited: readonly string[]): string {
  const cents = (text: string) => BigInt(Math.round(Number(text) * 100))
  const left = credited.reduce((rest, one) => rest - cents(one), cents(amount))
  return `${left / 100n}.${(left % 100n).toString().padStart(2, '0')}`
}

export function paymentOf({ payments }: Product, payment: number): string {
  const id = payments.get(payment)
  if (id === undefined) throw new Error(`payment ${payment} was not made`)
  return id
}

export function noteOf({ notes }: Product, note: number): string {
  const id = notes.get(note)
  if (id === undefined) throw new Error(`note ${note} was not made`)
  return id
}

/** A change's invoice may credit and charge the same chain from the same instant on. */
function byChain(left: StoredLine, right: StoredLine): number {
  const amounts = Number(left.amount) - Number(right.amount)
  return left.chain - right.chain || left.start - right.start || amounts
}
