import { type Decimal, readDecimal } from '@flexprice/domain/money'
import type { Bill, CreditPayment } from '@flexprice/domain/wallet'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer } from '../customers/customers.ts'
import { bookCredits, type NewCredit } from '../wallets/book-credits.ts'
import { payInvoices } from '../wallets/pay-invoices.ts'
import { insertWallet, type NewWallet, type WalletRow } from '../wallets/wallets.ts'
import { now } from './catalog-rows.ts'

/** A wallet of a new customer, unless told whose. */
export async function addWallet(scoped: Scoped, wallet: Partial<NewWallet> = {}): Promise<WalletRow> {
  const external_id = newId('customer')
  const customer_id =
    wallet.customer_id ?? (await insertCustomer(scoped, { external_id, name: 'Ada' }, now)).id
  return await insertWallet(
    scoped,
    {
      ...{ name: '', description: '', currency: 'usd', conversion_rate: '1', topup_conversion_rate: '1' },
      ...{ allowed_price_types: 'ALL', metadata: {} },
      ...wallet,
      customer_id,
    },
    now,
  )
}

/** A credit as a test needs it: only how much it is must be said. */
export function newCredit(
  walletId: string,
  credits: string,
  terms: Partial<NewCredit['terms']> = {},
): NewCredit {
  return {
    walletId,
    reason: 'FREE_CREDIT_GRANT',
    ...{ credits: readDecimal(credits), amount: readDecimal('0') },
    terms: { priority: null, effectiveAt: null, expiresAt: null, isPurchased: false, ...terms },
    reference: { reference_type: 'EXTERNAL', reference_id: 'test' },
    key: { origin: 'test', value: newId('walletTransaction') },
  }
}

export async function addCredit(
  scoped: Scoped,
  walletId: string,
  credits: string,
  terms: Partial<NewCredit['terms']> = {},
): Promise<string> {
  const [booked] = await inTransaction(scoped, (transaction) =>
    bookCredits(transaction, [newCredit(walletId, credits, terms)], now),
  )
  if (!booked) throw new Error('a credit is booked')
  return booked.id
}

/** A bill of one line. */
export function billOf(customerId: string, due: string, bill: Partial<Bill> = {}): Bill {
  const amount: Decimal = readDecimal(due)
  return {
    ...{
      invoiceId: newId('invoice'),
      customerId,
      currency: 'usd',
      periodEnd: null,
      finalizedAt: now,
      due: amount,
    },
    lines: [{ id: newId('invoiceLineItem'), priceType: 'FIXED', amount }],
    ...bill,
  }
}

/** Pays the bills as whatever closes them does. */
export function payBillsOf(
  transaction: Scoped,
  bills: readonly Bill[],
  at: Date,
): Promise<readonly CreditPayment[]> {
  const linesOf = new Map(bills.map(({ invoiceId, lines }) => [invoiceId, lines]))
  return payInvoices(transaction, bills, { linesOf: () => Promise.resolve(linesOf), now: at })
}

/** What in the environment's ledgers does not add up: nothing, ever. */
export async function ledgerProblems({ db, scope }: Scoped): Promise<unknown[]> {
  const { rows } = await sql`
    with t as (select * from wallet_ledger where environment_id = ${scope.environmentId}
      and transaction_status = 'completed'),
    broken as (
      select t.wallet_id, u.transaction_id, u.credit_transaction_id, u.credits, t.type
      from wallet_consumptions u join t on t.id = u.transaction_id),
    chained as (
      select t.*, lag(credit_balance_after, 1, 0::numeric) over w as left_before, row_number() over w as place
      from t window w as (partition by wallet_id order by position))
    select w.id, 'balance' as problem from wallets w where w.environment_id = ${scope.environmentId} and (
      credit_balance <> coalesce((select sum(credits_available) from t where wallet_id = w.id), 0)
      or credit_balance <> coalesce((select sum(case type when 'credit' then credit_amount else -credit_amount end)
        from t where wallet_id = w.id), 0)
      or transaction_count <> (select count(*) from t where wallet_id = w.id))
    union all select id, 'chain' from chained where credit_balance_before <> left_before or position <> place
    union all select id, 'available' from t where type = 'credit' and credits_available <> credit_amount
      - coalesce((select sum(credits) from broken where transaction_id = t.id), 0)
      + coalesce((select sum(case type when 'credit' then credits else -credits end) from broken
        where credit_transaction_id = t.id), 0)
    union all select id, 'debit' from t where type = 'debit' and credit_amount
      <> coalesce((select sum(credits) from broken where transaction_id = t.id), 0)`.execute(db)
  return rows
}
