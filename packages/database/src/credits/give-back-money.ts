import { assert } from '@flexprice/domain'
import type { ReturnedMoney } from '@flexprice/domain/credit-note'
import { formatDecimal, sumDecimals } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { RefundTable } from '../tables/credit-note-tables.ts'
import { type CreditReturn, giveBackCredits, type WalletRefund } from '../wallets/give-back.ts'
import { takingsOf } from './bought-credits.ts'
import type { CreditedInvoices } from './credited-invoices.ts'
import { creditColumns, type SettledCredit } from './owed-credits.ts'

/** Of what credits could lower nothing by: the credits that paid come back, the rest goes where it was asked to. */
export async function giveBackMoney(
  scoped: Scoped,
  settled: readonly SettledCredit[],
  {
    invoices: { billed, bought },
    customerIds,
    now,
  }: { invoices: CreditedInvoices; customerIds: readonly string[]; now: Date },
): Promise<void> {
  const returned = settled.flatMap((one) => one.returned.map((back) => ({ one, back })))
  const toWallet = settled.filter(
    ({ credit, refunded }) => refunded.length > 0 && credit.target === 'PREPAID_WALLET',
  )
  const owners = [...billed.values()].map(({ customer_id }) => customer_id)
  const { returnedTo, refundedTo } = await giveBackCredits(
    scoped,
    {
      returns: returned.map(creditReturn),
      refunds: toWallet.map((one) => walletRefund(one, billed)),
      takings: takingsOf(settled, billed, bought),
      customerIds: [...owners, ...customerIds],
    },
    now,
  )
  const walletOf = new Map(toWallet.map(({ credit }, index) => [credit.id, refundedTo[index]]))
  const rows = [
    ...returned.map(({ one, back }, index) => ({
      ...refundOf(one, billed, now),
      ...{ payment_id: back.paymentId, source: 'CREDITS', amount: formatDecimal(back.amount) },
      ...destination(returnedTo[index]),
    })),
    ...settled.flatMap((one) =>
      one.refunded.map(({ paymentId, amount }) => ({
        ...refundOf(one, billed, now),
        ...{ payment_id: paymentId, source: paymentId === null ? 'ADJUSTMENT' : 'PAYMENT' },
        ...{ amount: formatDecimal(amount), ...destination(walletOf.get(one.credit.id)) },
      })),
    ),
  ]
  if (rows.length === 0) return
  await insertRecords('refunds', audited(scoped, rows, now)).execute(scoped.db)
  await addRefunded(scoped, settled, now)
}

/** Credits that an invoice was paid with, by what gives them back. */
function creditReturn({ one: { credit }, back }: { one: SettledCredit; back: ReturnedMoney }): CreditReturn {
  return {
    debitId: back.debitId,
    money: back.amount,
    reason: 'CREDIT_ADJUSTMENT',
    reference: { reference_type: 'INVOICE', reference_id: credit.invoiceId },
    ...{ origin: credit.kind, keyHead: `${credit.id}:` },
  }
}

function walletRefund({ credit, refunded }: SettledCredit, billed: CreditedInvoices['billed']): WalletRefund {
  const invoice = billed.get(credit.invoiceId)
  assert(invoice, 'a credit is of an invoice')
  return {
    customerId: invoice.customer_id,
    currency: invoice.currency,
    reason: 'CREDIT_NOTE',
    money: sumDecimals(refunded.map(({ amount }) => amount)),
    reference: { reference_type: 'INVOICE', reference_id: credit.invoiceId },
    key: { origin: credit.kind, value: credit.id },
  }
}

type NewRefund = Omit<
  NewRecord<RefundTable, 'status'>,
  'amount' | 'payment_id' | 'source' | 'refund_destination' | 'wallet_id'
>

function refundOf({ credit }: SettledCredit, billed: CreditedInvoices['billed'], now: Date): NewRefund {
  return {
    id: newId('refund'),
    ...creditColumns(credit),
    invoice_id: credit.invoiceId,
    currency: billed.get(credit.invoiceId)?.currency ?? '',
    ...{ refund_reason: credit.reason, refund_status: 'SUCCEEDED', succeeded_at: now },
  }
}

/** Recorded, where it has no wallet: whoever received it OFFLINE gives it back. */
function destination(walletId: string | undefined) {
  return walletId === undefined
    ? { refund_destination: 'OUT_OF_BAND', wallet_id: null }
    : { refund_destination: 'WALLET', wallet_id: walletId }
}

async function addRefunded(scoped: Scoped, settled: readonly SettledCredit[], now: Date): Promise<void> {
  const { db, scope } = scoped
  const { updated_at, updated_by } = change(scope, now)
  const backOf = Map.groupBy(
    settled.flatMap(({ credit, returned, refunded }) =>
      [...returned, ...refunded].map(({ amount }) => ({ id: credit.invoiceId, amount })),
    ),
    ({ id }) => id,
  )
  const sums = [...backOf].map(([id, some]) => [
    id,
    formatDecimal(sumDecimals(some.map(({ amount }) => amount))),
  ])
  await sql`
    update invoices i set
      refunded_amount = i.refunded_amount + (${JSON.stringify(Object.fromEntries(sums))}::jsonb ->> i.id)::numeric,
      version = i.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
    where i.environment_id = ${scope.environmentId} and i.id = any (${sums.map(([id]) => id)}::text[])`.execute(
    db,
  )
}
