import { z } from 'zod'
import type { MoneyStep } from '../lives/money-step.ts'
import {
  invoiceOf,
  lineOf,
  noteOf,
  paymentOf,
  purchaseOf,
  remainingOf,
  walletIdOf,
} from '../product/find-money.ts'
import { grantBody } from '../product/grant-credits.ts'
import { askedTopUp } from '../product/move-money.ts'
import { customerOf, subscriptionOf } from '../product/product.ts'
import { instant } from '../product/subscription-body.ts'
import type { Acting } from './act-through-api.ts'

type Of<Kind extends MoneyStep['kind']> = Extract<MoneyStep, { kind: Kind }>

/** Does what a step about money says, over HTTP. @throws what the product refuses with */
export async function moveMoney(acting: Acting, step: MoneyStep, key: string): Promise<void> {
  const { product, ask, read } = acting
  switch (step.kind) {
    case 'make-wallet': {
      const { subscription, rate, types } = step
      const of = { external_customer_id: customerOf(subscription), currency: 'usd', conversion_rate: rate }
      const body = { ...of, config: { allowed_price_types: [types] } }
      await ask({ method: 'POST', path: '/wallets', body, key })
      return
    }
    case 'top-up':
      return topUp(acting, step, key)
    case 'buy-credits':
      return buyCredits(acting, step, key)
    case 'void-purchase': {
      const path = `/invoices/${await read(() => purchaseOf(product, step))}/void`
      await ask({ method: 'POST', path, key })
      return
    }
    case 'top-up-by-itself': {
      const path = `/wallets/${await read(() => walletIdOf(product, step))}`
      await ask({ method: 'PUT', path, body: { auto_topup: askedTopUp(step) }, key })
      return
    }
    case 'end-wallet': {
      const path = `/wallets/${await read(() => walletIdOf(product, step))}/terminate`
      await ask({ method: 'POST', path, key })
      return
    }
    case 'grant-credits': {
      const { subscription } = step
      const owner =
        subscription === null
          ? { scope: 'PLAN', plan_id: product.planId }
          : { scope: 'SUBSCRIPTION', subscription_id: subscriptionOf(product, { subscription }) }
      await ask({ method: 'POST', path: '/creditgrants', body: { ...owner, ...grantBody(step.grant) }, key })
      return
    }
    case 'pay':
      return pay(acting, step, key)
    case 'void-payment': {
      const path = `/payments/${paymentOf(product, step.payment)}`
      await ask({ method: 'PUT', path, body: { payment_status: 'VOIDED' }, key })
      return
    }
    case 'take-back':
      return takeBack(acting, step, key)
    case 'close-note':
      await ask({ method: 'POST', path: `/creditnotes/${noteOf(product, step.note)}/finalize`, key })
      return
    case 'void-note':
      await ask({ method: 'POST', path: `/creditnotes/${noteOf(product, step.note)}/void`, key })
      return
  }
}

const made = z.looseObject({ id: z.string() })

async function topUp({ product, ask, read }: Acting, step: Of<'top-up'>, key: string): Promise<void> {
  const body = {
    transaction_reason: step.isPurchased ? 'PURCHASED_CREDIT_DIRECT' : 'FREE_CREDIT_GRANT',
    ...creditsBody(step),
  }
  const path = `/wallets/${await read(() => walletIdOf(product, step))}/top-up`
  await ask({ method: 'POST', path, body, key })
}

async function buyCredits(
  { product, ask, read }: Acting,
  step: Of<'buy-credits'>,
  key: string,
): Promise<void> {
  const body = { transaction_reason: 'PURCHASED_CREDIT_INVOICED', ...creditsBody(step) }
  const path = `/wallets/${await read(() => walletIdOf(product, step))}/top-up`
  await ask({ method: 'POST', path, body, key })
}

function creditsBody({
  credits,
  bonus,
  priority,
  effective = null,
  expires = null,
}: Of<'top-up'> | Of<'buy-credits'>) {
  return {
    credits_to_add: credits,
    ...(priority === null ? {} : { priority }),
    ...(effective === null ? {} : { effective_date: instant(effective) }),
    ...(expires === null ? {} : { expiry_date_utc: instant(expires) }),
    ...(bonus === null ? {} : { bonus_credits_to_add: bonus }),
    ...(bonus === null || expires === null ? {} : { bonus_credits_expiry_date_utc: instant(expires) }),
  }
}

async function pay({ product, ask, read }: Acting, step: Of<'pay'>, key: string): Promise<void> {
  const invoiceId = await read(() => invoiceOf(product, step))
  const body = {
    ...{ destination_type: 'INVOICE', destination_id: invoiceId },
    payment_method_type: step.isOfCredits ? 'CREDITS' : 'OFFLINE',
    ...{ currency: 'usd', amount: step.amount ?? (await read(() => remainingOf(product, invoiceId))) },
  }
  product.payments.set(
    step.payment,
    made.parse(await ask({ method: 'POST', path: '/payments', body, key })).id,
  )
}

async function takeBack({ product, ask, read }: Acting, step: Of<'take-back'>, key: string): Promise<void> {
  const invoiceId = await read(() => invoiceOf(product, step))
  const { lineId, left } = await read(() => lineOf(product, invoiceId, step.line))
  const body = {
    ...{ invoice_id: invoiceId, reason: 'BILLING_ERROR' },
    line_items: [{ invoice_line_item_id: lineId, amount: step.amount ?? left }],
    refund_target: step.toSource ? 'BACK_TO_SOURCE' : 'PREPAID_WALLET',
    ...(step.isDraft ? { process_credit_note: false } : {}),
  }
  product.notes.set(step.note, made.parse(await ask({ method: 'POST', path: '/creditnotes', body, key })).id)
}
