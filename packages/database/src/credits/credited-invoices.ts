import type { PaidInvoice } from '@flexprice/domain/credit-note'
import type { OpenInvoice } from '@flexprice/domain/invoice'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { rowsOf, together } from '../connection/together.ts'
import { type BoughtCredit, readBoughtCredits, unspentOf } from './bought-credits.ts'
import type { CreditedInvoice } from './credited-invoice.ts'

/** What credits can lower and give back: the invoices that billed, with what has paid them, and their subscriptions' others. */
export interface CreditedInvoices {
  /** By id: those that billed. */
  readonly billed: ReadonlyMap<string, CreditedInvoice>
  /** By subscription, or by the invoice itself without one: of which something remains, oldest first. */
  readonly openOf: ReadonlyMap<string, readonly OpenInvoice[]>
  readonly paidOf: (invoiceId: string) => PaidInvoice
  /** What those have bought that buy credits. */
  readonly bought: readonly BoughtCredit[]
}

/**
 * Three statements in one round trip, however many invoices, and one for those that buy credits. Held in the order of their ids, those that are closed just now at the end of
 * what can be lowered; what has paid an invoice changes for nobody who does not hold it.
 */
export async function readCreditedInvoices(
  scoped: Scoped,
  invoiceIds: readonly string[],
  { closingIds = [], lock }: { closingIds?: readonly string[]; lock: boolean },
): Promise<CreditedInvoices> {
  const { scope } = scoped
  const invoices = sql<CreditedInvoice>`
    select id, subscription_id, customer_id, currency, invoice_type, invoice_status, amount_remaining, total,
      refunded_amount
    from invoices
    where environment_id = ${scope.environmentId} and (id = any (${invoiceIds}::text[]) or amount_remaining > 0
      and subscription_id in (select b.subscription_id from invoices b
        where b.environment_id = ${scope.environmentId} and b.id = any (${invoiceIds}::text[]))
      and (invoice_status = 'FINALIZED' or invoice_status = 'DRAFT' and id = any (${closingIds}::text[])))
    order by id ${lock ? sql`for update` : sql``}`
  const [rows, spent, payments] = await together(
    scoped,
    rowsOf(invoices),
    rowsOf(spentOf(scoped, invoiceIds)),
    rowsOf(paymentsOf(scoped, invoiceIds)),
  )
  const closing = new Set(closingIds)
  const open = rows
    .filter((row) => isPositive(readDecimal(row.amount_remaining)))
    .filter(({ id, invoice_status: status }) => status === 'FINALIZED' || closing.has(id))
    .toSorted((left, right) => Number(closing.has(left.id)) - Number(closing.has(right.id)))
  const openOf = Map.groupBy(open, creditGroupOf)
  const billing = new Set(invoiceIds)
  const billed = new Map(rows.filter(({ id }) => billing.has(id)).map((row) => [row.id, row]))
  const bought = await readBoughtCredits(scoped, [...billed.values()])
  const paidOf = paidBy(spent, payments)
  return {
    billed,
    openOf: new Map(
      [...openOf].map(([group, some]) => [
        group,
        some.map(({ id, amount_remaining }) => ({ id, remaining: readDecimal(amount_remaining) })),
      ]),
    ),
    paidOf: (id) => ({ ...paidOf(id), unspent: unspentOf(billed.get(id), bought) }),
    bought,
  }
}

/** The invoices that one's credits can lower have the same. */
export function creditGroupOf({
  id,
  subscription_id,
}: Pick<CreditedInvoice, 'id' | 'subscription_id'>): string {
  return subscription_id ?? id
}

function paidBy(
  allSpent: readonly SpentRow[],
  allPayments: readonly PaymentRow[],
): (invoiceId: string) => Omit<PaidInvoice, 'unspent'> {
  const spent = Map.groupBy(allSpent, ({ invoice_id }) => invoice_id)
  const payments = Map.groupBy(allPayments, ({ invoice_id }) => invoice_id)
  return (id) => ({
    spent: (spent.get(id) ?? []).map((row) => ({
      ...{ debitId: row.id, paymentId: row.payment_id, left: readDecimal(row.left) },
    })),
    payments: (payments.get(id) ?? []).map((row) => ({
      ...{ id: row.id, amount: readDecimal(row.amount), refunded: readDecimal(row.refunded) },
    })),
  })
}

interface SpentRow {
  readonly invoice_id: string
  readonly id: string
  readonly payment_id: string | null
  readonly left: string
}

/** What credits paid of invoices and has not come back: at their closing, and by payments of CREDITS. */
function spentOf({ scope }: Scoped, invoiceIds: readonly string[]) {
  return sql<SpentRow>`
    select of.invoice_id, d.id, of.payment_id, d.amount - d.amount_returned as left
    from (
      select ids.id as invoice_id, null as payment_id, ids.id as reference_id, 'INVOICE' as reference_type
      from unnest(${invoiceIds}::text[]) as ids (id)
      union all
      select p.invoice_id, p.id, p.id, 'PAYMENT' from payments p
      where p.environment_id = ${scope.environmentId} and p.invoice_id = any (${invoiceIds}::text[])
        and p.payment_method_type = 'CREDITS' and p.payment_status = 'SUCCEEDED'
    ) of
    join wallet_transactions d on d.environment_id = ${scope.environmentId} and d.reference_id = of.reference_id
      and d.reference_type = of.reference_type and d.transaction_reason = 'INVOICE_PAYMENT'
    where d.amount_returned < d.amount
    order by d.id`
}

interface PaymentRow {
  readonly invoice_id: string
  readonly id: string
  readonly amount: string
  readonly refunded: string
}

/** What was paid in money, which CREDITS are not, oldest first, with what of each was given back. */
function paymentsOf({ scope }: Scoped, invoiceIds: readonly string[]) {
  return sql<PaymentRow>`
    select p.invoice_id, p.id, p.amount,
      (select coalesce(sum(r.amount), 0) from refunds r where r.payment_id = p.id) as refunded
    from payments p
    where p.environment_id = ${scope.environmentId} and p.invoice_id = any (${invoiceIds}::text[])
      and p.payment_status = 'SUCCEEDED' and p.payment_method_type <> 'CREDITS'
    order by p.succeeded_at, p.id`
}
