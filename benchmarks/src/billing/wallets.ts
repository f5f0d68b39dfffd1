import { inTransaction, readNow } from '@flexprice/database/connection'
import { bookCredits, ensureWallets, type NewCredit } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { readDecimal } from '@flexprice/domain/money'
import type { BenchStack } from '../bench-stack.ts'
import type { Book } from '../calculate/book.ts'
import type { Row } from '../report.ts'
import { makeDue } from './book-state.ts'
import { allHold, bestRun, compared, leastServer, type Run } from './compared.ts'

/** What a wallet has, in two credits: of every other one not enough for an invoice of some 37 dollars. */
const wholes = ['1000', '20'] as const
const firstCredit = '12.5'
const pageSize = 1_000

/** A billing run where every other subscription's customer has a wallet, against one without any; by turns. */
export async function walletsRow(
  stack: BenchStack,
  book: Book,
  { repeats, bill }: { repeats: number; bill: () => Promise<Run> },
): Promise<Row> {
  const without: Run[] = []
  const runs: Run[] = []
  const checks: Row['checks'][] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    await stack.owner.query(
      'truncate wallets, wallet_transactions, wallet_credits, wallet_consumptions cascade',
    )
    await makeDue(stack, book, book.subscriptions)
    without.push(await bill())
    await makeDue(stack, book, book.subscriptions)
    await fillWallets(stack, book)
    runs.push(await bill())
    checks.push(await checkPaid(stack, book))
  }
  await stack.owner.query(
    'truncate wallets, wallet_transactions, wallet_credits, wallet_consumptions cascade',
  )
  const server = [leastServer(runs), leastServer(without)].join(' against ')
  return {
    scenario: `P6 billing run with wallets for half of the subscriptions, against one without (PostgreSQL ${server} s of the CPU)`,
    size: 'as above',
    ...compared(bestRun(runs), bestRun(without)),
    goal: '≤ 1.3',
    checks: allHold(checks),
  }
}

/** By the product's own functions, so that the ledgers are as in life. */
async function fillWallets({ owner, scoped, superuser }: BenchStack, { planId }: Book): Promise<void> {
  const { rows } = await owner.query<{ customer_id: string }>(
    `select customer_id from (select customer_id, row_number() over (order by id) as n from subscriptions
      where plan_id = $1) numbered where n % 2 = 0 order by n`,
    [planId],
  )
  const now = await readNow(scoped)
  for (let from = 0; from < rows.length; from += pageSize) {
    const page = rows.slice(from, from + pageSize).map((row) => row.customer_id)
    await inTransaction(scoped, async (transaction) => {
      const wanted = page.map((customerId) => {
        return { customerId, currency: 'usd', conversionRate: '1', topUpConversionRate: '1' }
      })
      const walletIds = await ensureWallets(transaction, wanted, now)
      const credits = walletIds.flatMap((walletId, index) => creditsOf(walletId, from + index))
      await bookCredits(transaction, credits, now)
    })
  }
  await owner.query('vacuum analyze wallets, wallet_transactions, wallet_credits')
  await superuser.query('checkpoint')
}

function creditsOf(walletId: string, place: number): NewCredit[] {
  const whole = readDecimal(wholes[place % wholes.length] ?? '0')
  const first = readDecimal(firstCredit)
  return [first, whole.minus(first)].map((credits, index) => ({
    ...{ walletId, credits, amount: credits, reason: 'PURCHASED_CREDIT_DIRECT' },
    terms: { priority: index, effectiveAt: null, expiresAt: null, isPurchased: true },
    reference: { reference_type: 'EXTERNAL', reference_id: 'bench' },
    key: { origin: 'bench', value: `${walletId}:${index}` },
  }))
}

/** Each invoice is paid by what its wallet has, to the cent, and no wallet has more or less than it should. */
async function checkPaid(
  { owner }: BenchStack,
  { planId, subscriptions }: Book,
): Promise<Readonly<Record<string, boolean>>> {
  const { rows } = await owner.query<Record<string, number>>(
    `with numbered as (
      select id, customer_id, row_number() over (order by id) as n from subscriptions where plan_id = $1
    ), billed as (
      select i.*, w.id as wallet_id, w.credit_balance, case when n % 2 = 1 then 0 when n % 4 = 2 then $2::numeric else $3 end as had,
        (select sum(l.prepaid_credits_applied) from invoice_line_items l where l.invoice_id = i.id) as on_lines,
        (select sum(l.amount) from invoice_line_items l where l.invoice_id = i.id) as on_all_lines
      from numbered s join invoices i on i.subscription_id = s.id and i.billing_reason = 'SUBSCRIPTION_CYCLE'
      left join wallets w on w.customer_id = s.customer_id
    ), paid as (select *, least(subtotal, had) as should_be from billed)
    select
      (select count(*)::int from paid where invoice_status = 'FINALIZED' and total_prepaid_credits_applied = should_be
        and on_lines = should_be and on_all_lines = subtotal and total = subtotal - should_be and amount_due = total
        and payment_status = case when total = 0 then 'SUCCEEDED' else 'PENDING' end) as right_ones,
      (select count(*)::int from paid where had > 0 and credit_balance = had - should_be) as balances,
      (select count(*)::int from wallets w where w.credit_balance = (select sum(t.credits_available)
        from wallet_ledger t where t.wallet_id = w.id)) as ledgers,
      (select count(*)::int from wallet_transactions where transaction_reason = 'INVOICE_PAYMENT') as debits`,
    [planId, wholes[0], wholes[1]],
  )
  const [found] = rows
  assert(found, 'a select of counts has one row')
  const half = Math.floor(subscriptions / 2)
  return {
    'credits applied to the cent': found.right_ones === subscriptions,
    'balances are what is left': found.balances === half && found.ledgers === half,
    'one debit a wallet and invoice': found.debits === half,
  }
}
