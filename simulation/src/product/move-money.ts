import { inTransaction } from '@flexprice/database/connection'
import { createCreditNote, finalizeCreditNote, voidCreditNote } from '@flexprice/database/credit-notes'
import { buyCredits, type CreditPurchase, getInvoice, voidInvoice } from '@flexprice/database/invoices'
import {
  insertPayment,
  lockPayableInvoice,
  lockPayment,
  movePayment,
  refuseUnpayable,
} from '@flexprice/database/payments'
import {
  bookCredits,
  getWallet,
  insertWallet,
  type NewCredit,
  terminateWallet,
  updateWallet,
} from '@flexprice/database/wallets'
import { readDecimal } from '@flexprice/domain/money'
import { costOfCredits } from '@flexprice/domain/wallet'
import type { MoneyStep } from '../lives/money-step.ts'
import { invoiceOf, lineOf, noteOf, paymentOf, purchaseOf, walletIdOf } from './find-money.ts'
import { customerIdOf } from './find-rows.ts'
import { grantCredits } from './grant-credits.ts'
import type { Product } from './product.ts'

type Of<Kind extends MoneyStep['kind']> = Extract<MoneyStep, { kind: Kind }>

/** Does what a step about money says, through the functions that the doors call. @throws what the product refuses with */
export async function moveMoney(product: Product, step: MoneyStep, now: Date): Promise<void> {
  const { scoped } = product
  switch (step.kind) {
    case 'make-wallet':
      return makeWallet(product, step, now)
    case 'top-up':
      return topUp(product, step, now)
    case 'buy-credits':
      return buyBy(product, step, now)
    case 'void-purchase':
      return voidInvoice(scoped, await purchaseOf(product, step), now)
    case 'top-up-by-itself':
      await updateWallet(scoped, await walletIdOf(product, step), { auto_topup: askedTopUp(step) }, now)
      return
    case 'end-wallet':
      await terminateWallet(scoped, await walletIdOf(product, step), now)
      return
    case 'grant-credits':
      return grantCredits(product, step, now)
    case 'pay':
      return pay(product, step, now)
    case 'void-payment':
      return inTransaction(scoped, async (transaction) => {
        const held = await lockPayment(transaction, paymentOf(product, step.payment))
        await movePayment(transaction, held, { to: 'VOIDED', now })
      })
    case 'take-back':
      return takeBack(product, step, now)
    case 'close-note':
      await finalizeCreditNote(scoped, { id: noteOf(product, step.note), target: undefined, now })
      return
    case 'void-note':
      await voidCreditNote(scoped, noteOf(product, step.note), now)
      return
  }
}

async function makeWallet(
  product: Product,
  { subscription, rate, types }: Of<'make-wallet'>,
  now: Date,
): Promise<void> {
  const terms = {
    ...{ customer_id: await customerIdOf(product, subscription), name: '', description: '', currency: 'usd' },
    ...{ conversion_rate: rate, topup_conversion_rate: rate, allowed_price_types: types, metadata: {} },
  }
  await inTransaction(product.scoped, (transaction) => insertWallet(transaction, terms, now))
}

let topUps = 0

async function topUp(product: Product, step: Of<'top-up'>, now: Date): Promise<void> {
  const walletId = await walletIdOf(product, step)
  const value = `top-up-${++topUps}`
  const credit = (credits: string, origin: string, isPurchased: boolean): NewCredit => ({
    ...{ walletId, credits: readDecimal(credits), amount: readDecimal('0') },
    reason: isPurchased ? 'PURCHASED_CREDIT_DIRECT' : 'FREE_CREDIT_GRANT',
    terms: {
      ...{ priority: step.priority, isPurchased },
      effectiveAt: step.effective === null ? null : new Date(step.effective),
      expiresAt: step.expires === null ? null : new Date(step.expires),
    },
    reference: { reference_type: 'REQUEST', reference_id: value },
    key: { origin, value },
  })
  const credits = [
    credit(step.credits, 'top_up', step.isPurchased),
    ...(step.bonus === null ? [] : [{ ...credit(step.bonus, 'top_up_bonus', false), parent: 0 }]),
  ]
  await inTransaction(product.scoped, (transaction) => bookCredits(transaction, credits, now))
}

async function buyBy(product: Product, step: Of<'buy-credits'>, now: Date): Promise<void> {
  const { scoped } = product
  const wallet = await getWallet(scoped, await walletIdOf(product, step))
  const value = `purchase-${++topUps}`
  const credits = readDecimal(step.credits)
  const common = {
    walletId: wallet.id,
    terms: {
      priority: step.priority,
      effectiveAt: typeof step.effective === 'number' ? new Date(step.effective) : null,
      expiresAt: typeof step.expires === 'number' ? new Date(step.expires) : null,
    },
  }
  const bought: CreditPurchase['credits'][number] = {
    ...{ walletId: wallet.id, credits, reason: 'PURCHASED_CREDIT_INVOICED' },
    amount: costOfCredits(credits, readDecimal(wallet.topup_conversion_rate), wallet.currency),
    ...{ terms: { ...common.terms, isPurchased: true }, key: { origin: 'top_up', value } },
  }
  const bonus: CreditPurchase['credits'] =
    step.bonus === null
      ? []
      : [
          {
            ...{ walletId: wallet.id, credits: readDecimal(step.bonus), amount: readDecimal('0') },
            ...{ reason: 'PURCHASED_CREDIT_BONUS', terms: { ...common.terms, isPurchased: false } },
            key: { origin: 'top_up_bonus', value },
          },
        ]
  const purchase = {
    customerId: wallet.customer_id,
    currency: wallet.currency,
    billingReason: 'MANUAL',
  } as const
  await inTransaction(scoped, (transaction) =>
    buyCredits(transaction, [{ ...purchase, credits: [bought, ...bonus] }], now),
  )
}

/** As the API's request says it. */
export function askedTopUp({ terms }: Of<'top-up-by-itself'>) {
  if (terms === null) return { enabled: false }
  const { threshold, credits: amount, isInvoiced: invoicing, cooldownHours } = terms
  const asked = { enabled: true, threshold, amount, invoicing }
  return cooldownHours === null
    ? asked
    : { ...asked, cooldown: { value: cooldownHours, unit: 'hour' as const } }
}

async function pay(product: Product, step: Of<'pay'>, now: Date): Promise<void> {
  const invoiceId = await invoiceOf(product, step)
  await inTransaction(product.scoped, async (transaction) => {
    const invoice = await lockPayableInvoice(transaction, invoiceId)
    refuseUnpayable(invoice)
    const { id: invoice_id, customer_id, currency, amount_remaining } = invoice
    const amount = step.amount ?? amount_remaining
    const payment_method_type = step.isOfCredits ? ('CREDITS' as const) : ('OFFLINE' as const)
    const of = { invoice_id, customer_id, currency, amount, payment_method_type }
    const payment = await insertPayment(transaction, of, now)
    await movePayment(transaction, { payment, invoice }, { to: 'SUCCEEDED', now })
    product.payments.set(step.payment, payment.id)
  })
}

async function takeBack(product: Product, step: Of<'take-back'>, now: Date): Promise<void> {
  const invoice = await getInvoice(product.scoped, await invoiceOf(product, step))
  const { lineId, left } = await lineOf(product, invoice.id, step.line)
  const amount = step.amount ?? left
  const note = await createCreditNote(
    product.scoped,
    {
      ...{
        invoiceId: invoice.id,
        reason: 'BILLING_ERROR',
        refundTarget: step.toSource ? 'BACK_TO_SOURCE' : 'PREPAID_WALLET',
      },
      lines: [{ lineId, amount, displayName: undefined, metadata: {} }],
      ...{ memo: '', metadata: {}, request: undefined, finalize: !step.isDraft },
    },
    now,
  )
  product.notes.set(step.note, note.id)
}
