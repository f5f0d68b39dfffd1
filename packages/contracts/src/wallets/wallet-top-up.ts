import { z } from 'zod'
import { decimalString } from '../wire/decimal-string.ts'
import { idempotencyKey } from '../wire/idempotency-key.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { description, text } from '../wire/text.ts'
import { creditCount } from './credit-count.ts'
import { walletResponse } from './wallet.ts'
import { transactionReason, walletTransactionResponse } from './wallet-transaction.ts'

const couponsMax = 100
const codeLengthMax = 255
const priorityMax = 2_147_483_647
const topUpReasons = ['FREE_CREDIT_GRANT', 'PURCHASED_CREDIT_DIRECT', 'PURCHASED_CREDIT_INVOICED'] as const

/** Credits that are given or bought: as many credits as said, or as many as an amount of money buys. */
export const topUpWalletRequest = z
  .strictObject({
    transaction_reason: transactionReason,
    credits_to_add: creditCount.optional(),
    amount: decimalString.refine((amount) => !amount.startsWith('-'), 'must not be negative').optional(),
    /** The lowest is spent first; without one, last. */
    priority: z.int().min(0).max(priorityMax).optional(),
    effective_date: instant.optional(),
    expiry_date_utc: instant.optional(),
    bonus_credits_to_add: creditCount.optional(),
    bonus_credits_expiry_date_utc: instant.optional(),
    description: description.optional(),
    metadata: metadata.optional(),
    idempotency_key: idempotencyKey.optional(),
    checkout: notBuilt(laterObject('CheckoutParams')),
    coupons: notBuilt(z.array(z.strictObject({ coupon_code: text(codeLengthMax) })).max(couponsMax)),
    force_sync_invoice: notBuilt(z.boolean()),
  })
  .check((context) => {
    for (const { path, message } of topUpProblems(context.value)) {
      context.issues.push({ code: 'custom', input: context.value, path: [path], message })
    }
  })
export type TopUpWalletRequest = z.output<typeof topUpWalletRequest>

interface TopUp {
  readonly transaction_reason: string
  readonly credits_to_add?: string | undefined
  readonly amount?: string | undefined
  readonly bonus_credits_to_add?: string | undefined
  readonly bonus_credits_expiry_date_utc?: Date | undefined
}

function topUpProblems(asked: TopUp): { path: string; message: string }[] {
  const { transaction_reason: reason, credits_to_add: credits, amount, bonus_credits_to_add: bonus } = asked
  const problems: { path: string; message: string }[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  if (!topUpReasons.some((one) => one === reason)) {
    add('transaction_reason', `must be one of ${topUpReasons.join(', ')}`)
  }
  if (isSaid(credits) && isSaid(amount)) add('amount', 'cannot be joined with credits_to_add')
  if (!isSaid(credits) && !isSaid(amount)) add('credits_to_add', 'or amount must be more than 0')
  if (isSaid(bonus) && reason === 'FREE_CREDIT_GRANT') {
    add('bonus_credits_to_add', 'comes with a purchase alone')
  }
  if (!isSaid(bonus) && asked.bonus_credits_expiry_date_utc !== undefined) {
    add('bonus_credits_expiry_date_utc', 'is of no bonus: bonus_credits_to_add must be more than 0')
  }
  return problems
}

/** 0 is what clients send for nothing. */
function isSaid(decimal: string | undefined): boolean {
  return decimal !== undefined && decimal !== '0'
}

export const topUpWalletResponse = z
  .object({
    wallet: walletResponse,
    wallet_transaction: walletTransactionResponse,
    /** Of a purchase by invoice: the credits are `pending` until it is paid. */
    invoice_id: z.string().optional(),
    checkout_session: laterObject('CheckoutSessionResponse').optional(),
  })
  .meta({ id: 'TopUpWalletResponse' })
