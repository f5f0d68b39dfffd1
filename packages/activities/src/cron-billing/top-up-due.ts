import type { Scoped } from '@flexprice/database/connection'
import { buyCredits } from '@flexprice/database/invoices'
import { bookCredits, finishTopUps, holdDueTopUps } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'

/**
 * Tops up the wallets whose balance has fallen below their threshold, in the caller's transaction and a fixed number of
 * statements: at once, or by an invoice that is paid first (billing rules, section 11). Idempotent: a wallet that was
 * topped up is not to be any more, and each top-up has a key of its own.
 *
 * @returns how many were
 */
export async function topUpDue(
  transaction: Scoped,
  walletIds: readonly string[],
  { asOf, now }: { asOf: Date; now: Date },
): Promise<number> {
  assert(transaction.db.isTransaction, 'a page of wallets is topped up in one transaction')
  const due = await holdDueTopUps(transaction, walletIds, asOf)
  const direct = due.filter(({ wallet }) => !wallet.auto_topup_invoicing)
  await bookCredits(
    transaction,
    direct.map(({ wallet, credit }) => ({
      ...credit,
      reference: { reference_type: 'EXTERNAL', reference_id: wallet.id },
    })),
    now,
  )
  await finishTopUps(
    transaction,
    due.map(({ wallet }) => wallet.id),
    now,
  )
  // Last, as numbers are taken there.
  await buyCredits(
    transaction,
    due.flatMap(({ wallet, credit }) =>
      wallet.auto_topup_invoicing
        ? [
            {
              ...{ customerId: wallet.customer_id, currency: wallet.currency },
              ...{ billingReason: 'WALLET_AUTO_TOPUP' as const, credits: [credit] },
            },
          ]
        : [],
    ),
    now,
  )
  return due.length
}
