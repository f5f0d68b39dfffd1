import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type Consumption, listConsumptions } from '../wallets/index.ts'

/** What one wallet has paid of an invoice: at its closing, or by a payment of CREDITS. Decimal texts. */
export interface PaidByCredits {
  readonly wallet_transaction_id: string
  readonly wallet_id: string
  readonly payment_id: string | null
  readonly amount: string
  readonly credit_amount: string
  /** In money: what of it has come back. */
  readonly amount_returned: string
  readonly consumptions: readonly Consumption[]
}

/** In the order in which they paid, with the credits that each took. */
export async function listPaidByCredits(
  scoped: Scoped,
  invoiceId: string,
): Promise<readonly PaidByCredits[]> {
  const { rows } = await sql<Omit<PaidByCredits, 'consumptions'>>`
    select d.id as wallet_transaction_id, d.wallet_id, of.payment_id, d.amount, d.credit_amount, d.amount_returned
    from (
      select ${invoiceId} as reference_id, 'INVOICE' as reference_type, null as payment_id
      union all
      select p.id, 'PAYMENT', p.id from payments p
      where p.environment_id = ${scoped.scope.environmentId} and p.invoice_id = ${invoiceId}
        and p.payment_method_type = 'CREDITS'
    ) of
    join wallet_transactions d on d.environment_id = ${scoped.scope.environmentId} and d.reference_id = of.reference_id
      and d.reference_type = of.reference_type and d.transaction_reason = 'INVOICE_PAYMENT'
    order by d.id`.execute(scoped.db)
  const consumptions = await listConsumptions(
    scoped,
    rows.map((row) => row.wallet_transaction_id),
  )
  return rows.map((row) => ({ ...row, consumptions: consumptions.get(row.wallet_transaction_id) ?? [] }))
}
