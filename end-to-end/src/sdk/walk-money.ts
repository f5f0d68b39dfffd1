import type { Flexprice } from '@flexprice/sdk'

/** Credits that are bought pay part of an invoice, a payment the rest; a note then gives both back, into the wallet. */
export async function walkMoney(sdk: Flexprice, idOf: (record: { id?: string | undefined }) => string) {
  const customerId = idOf(await sdk.customers.createCustomer({ externalId: 'sdk-node-credits', name: 'Uma' }))
  const walletId = idOf(await sdk.wallets.createWallet({ customerId, currency: 'usd' }))
  const purchase = { transactionReason: 'PURCHASED_CREDIT_DIRECT', creditsToAdd: '12' } as const
  const topUp = await sdk.wallets.topUpWallet(walletId, purchase)
  const lineItems = [{ displayName: 'Setup', quantity: '1', amount: '30' }]
  const sums = { subtotal: '30', total: '30', amountDue: '30' }
  const invoiceId = idOf(
    await sdk.invoices.createInvoice({ customerId, currency: 'usd', lineItems, ...sums }),
  )
  const closed = await sdk.invoices.getInvoice(invoiceId)
  const payment = await sdk.payments.createPayment({
    ...{ destinationType: 'INVOICE', destinationId: invoiceId, paymentMethodType: 'OFFLINE' },
    ...{ amount: closed.amountRemaining ?? '', currency: 'usd' },
  })
  const paid = await sdk.invoices.getInvoice(invoiceId)
  const note = await sdk.creditNotes.createCreditNote({
    ...{ invoiceId, reason: 'SERVICE_ISSUE' },
    lineItems: [{ invoiceLineItemId: idOf(paid.lineItems?.[0] ?? {}), amount: '20' }],
  })
  const credited = await sdk.invoices.getInvoice(invoiceId)
  const ledger = await sdk.wallets.getWalletTransactions({ idPathParameter: walletId })
  return {
    topped_up: topUp.wallet?.balance,
    paid_by_credits: [closed.totalPrepaidCreditsApplied, closed.amountDue, closed.paymentStatus],
    rest: [payment.amount, payment.paymentStatus, paid.paymentStatus],
    note: [note.creditNoteStatus, note.creditNoteType, credited.refundedAmount],
    wallet: (await sdk.wallets.getWallet(walletId)).balance,
    ledger: ledger.items?.map((one) => `${one.transactionReason} ${one.creditAmount}`).toSorted(),
  }
}
