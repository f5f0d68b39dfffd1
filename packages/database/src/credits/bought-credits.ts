import { assert } from '@flexprice/domain'
import { type Decimal, isPositive, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { creditsTakenBack, unspentCost } from '@flexprice/domain/wallet'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { CreditTaking } from '../wallets/give-back.ts'
import type { CreditedInvoice } from './credited-invoice.ts'
import type { SettledCredit } from './owed-credits.ts'

/** What an invoice has bought: credits, with a bonus beside them, as far as they are not spent. */
export interface BoughtCredit {
  readonly id: string
  readonly invoiceId: string
  readonly walletId: string
  readonly isBonus: boolean
  readonly credits: Decimal
  readonly available: Decimal
}

/** Of those invoices that buy credits: none, and no statement, where none does. */
export async function readBoughtCredits(
  { db, scope }: Scoped,
  invoices: readonly CreditedInvoice[],
): Promise<readonly BoughtCredit[]> {
  const ids = invoices.flatMap(({ id, invoice_type }) => (invoice_type === 'CREDIT' ? [id] : []))
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('wallet_ledger')
    .select(['id', 'reference_id', 'wallet_id', 'transaction_reason', 'credit_amount', 'credits_available'])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`reference_id = any (${ids}::text[])`)
    .where('reference_type', '=', 'INVOICE')
    .where('transaction_reason', 'in', ['PURCHASED_CREDIT_INVOICED', 'PURCHASED_CREDIT_BONUS'])
    .where('transaction_status', '=', 'completed')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    ...{ id: row.id, invoiceId: row.reference_id, walletId: row.wallet_id },
    isBonus: row.transaction_reason === 'PURCHASED_CREDIT_BONUS',
    ...{ credits: readDecimal(row.credit_amount), available: readDecimal(row.credits_available) },
  }))
}

/** In money, what of the invoice's credits is not spent; null for one that buys none. */
export function unspentOf(
  invoice: CreditedInvoice | undefined,
  bought: readonly BoughtCredit[],
): Decimal | null {
  if (invoice?.invoice_type !== 'CREDIT') return null
  const purchase = bought.find(({ invoiceId, isBonus }) => invoiceId === invoice.id && !isBonus)
  assert(purchase, 'what an invoice has bought is there')
  return unspentCost(purchase, { ...costOf(invoice), currency: invoice.currency })
}

/** The credits that go with the money that is given back of what bought them, and their share of the bonus. */
export function takingsOf(
  settled: readonly SettledCredit[],
  billed: ReadonlyMap<string, CreditedInvoice>,
  bought: readonly BoughtCredit[],
): CreditTaking[] {
  const refunded = new Map([...billed.values()].map((invoice) => [invoice.id, costOf(invoice).refunded]))
  return settled.flatMap(({ credit, refunded: back }) => {
    const own = bought.filter(({ invoiceId }) => invoiceId === credit.invoiceId)
    const [invoice, before] = [billed.get(credit.invoiceId), refunded.get(credit.invoiceId)]
    const money = sumDecimals(back.map(({ amount }) => amount))
    if (own.length === 0 || !invoice || !before || !isPositive(money)) return []
    refunded.set(credit.invoiceId, before.plus(money))
    const part = { cost: costOf(invoice).cost, refunded: before, money }
    return own.map((one) => ({
      ...{ walletId: one.walletId, creditId: one.id, isBonus: one.isBonus },
      credits: creditsTakenBack(one, part, one.isBonus ? 'towards_zero' : 'away_from_zero'),
      ...{ money, reason: 'CREDIT_ADJUSTMENT' as const },
      reference: { reference_type: 'INVOICE', reference_id: credit.invoiceId } as const,
      key: { origin: credit.kind, value: `${credit.id}:${one.id}` },
    }))
  })
}

function costOf({ total, refunded_amount }: CreditedInvoice) {
  return { cost: readDecimal(total), refunded: readDecimal(refunded_amount) }
}
