import { parseCurrency, readDecimal } from '@flexprice/domain/money'
import { conversionRateProblem, creditDigits } from '@flexprice/domain/wallet'
import { z } from 'zod'
import { currency } from '../wire/currency.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, page, sortLengthMax } from '../wire/search.ts'
import { description, identifier, identifiers, name, text } from '../wire/text.ts'
import { creditCount } from './credit-count.ts'

const priceTypesMax = 10
const labelLengthMax = 255
const queryNumberMax = 999_999_999
const label = text(labelLengthMax)

export const walletType = z.enum(['PRE_PAID', 'POST_PAID'])
export const walletStatus = z.enum(['active', 'frozen', 'closed'])
const alertState = z.enum(['ok', 'info', 'warning', 'in_alarm'])

const alertThreshold = {
  condition: z.enum(['above', 'below']).optional(),
  threshold: decimalString.optional(),
}
const alertThresholdType = z.enum(['absolute', 'percentage'])
const durationUnit = z.enum(['second', 'minute', 'hour', 'day'])

/** Alerts are not built: switched off, and with nothing said, they are as they are. */
export const alertSettings = z.strictObject({
  alert_enabled: notBuilt(z.boolean()),
  alert_threshold_type: notBuilt(alertThresholdType),
  critical: notBuilt(z.strictObject(alertThreshold)),
  info: notBuilt(z.strictObject(alertThreshold)),
  warning: notBuilt(z.strictObject(alertThreshold)),
})

const secondsOf = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const
const cooldownSecondsMax = 366 * secondsOf.day

/** Of a wallet's credits. */
const creditNumber = exactNumber.refine(
  (credits) => !credits.startsWith('-') && readDecimal(credits).round(creditDigits).eq(readDecimal(credits)),
  `must not be negative, and have at most ${creditDigits} digits after the point`,
)

const cooldown = z
  .strictObject({ unit: durationUnit.optional(), value: z.int().optional() })
  .check((context) => {
    const { unit, value = 0 } = context.value
    const seconds = unit === undefined ? 0 : value * secondsOf[unit]
    if (seconds > 0 && seconds <= cooldownSecondsMax) return
    const message = 'must be of a unit, and more than 0 and at most 366 days'
    context.issues.push({ code: 'custom', input: value, path: ['value'], message })
  })

/**
 * Below the threshold so many credits are bought, once until that purchase is settled. Both are credits of the wallet;
 * with `invoicing` they come as their invoice is paid, else at once.
 */
export const autoTopUp = z.strictObject({
  enabled: z.boolean().optional(),
  threshold: creditNumber.optional(),
  amount: creditNumber.optional(),
  invoicing: z.boolean().optional(),
  /** How long after one the next may come at the earliest. */
  cooldown: cooldown.optional(),
})
export type AutoTopUp = z.output<typeof autoTopUp>

/** `ALL`, or nothing, is both of the others. */
const walletConfig = z.strictObject({
  allowed_price_types: z
    .array(z.enum(['ALL', 'USAGE', 'FIXED']))
    .max(priceTypesMax)
    .optional(),
})

export const createWalletRequest = z
  .strictObject({
    customer_id: identifier.optional(),
    external_customer_id: identifier.optional(),
    currency,
    description: description.optional(),
    metadata: metadata.optional(),
    /** The money that one credit is worth, and what it costs: the same unless said otherwise. */
    conversion_rate: decimalString.default('1'),
    topup_conversion_rate: decimalString.optional(),
    initial_credits_to_load: creditCount.default('0'),
    initial_credits_expiry_date_utc: instant.optional(),
    /** The same as a day of UTC at whose beginning they end, as 20270131. */
    initial_credits_to_load_expiry_date: z.int().optional(),
    wallet_type: notBuiltValues(walletType, ['POST_PAID']).default('PRE_PAID'),
    /** Ours: a wallet can be named and restricted from its beginning on. */
    name: name.optional(),
    config: walletConfig.optional(),
    alert_settings: alertSettings.optional(),
    auto_topup: autoTopUp.optional(),
    price_unit: notBuilt(label),
  })
  .check((context) => {
    const { conversion_rate, topup_conversion_rate, currency: of } = context.value
    const rates = { conversion_rate, topup_conversion_rate }
    for (const [path, rate] of Object.entries(rates)) {
      const message = rate && parseCurrency(of) ? conversionRateProblem(readDecimal(rate), of) : undefined
      if (message) context.issues.push({ code: 'custom', input: rate, path: [path], message })
    }
  })
export type CreateWalletRequest = z.output<typeof createWalletRequest>

/** What is left out stays. Rates and currency never change: credits were bought by them. */
export const updateWalletRequest = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  metadata: metadata.optional(),
  config: walletConfig.optional(),
  alert_settings: alertSettings.optional(),
  auto_topup: autoTopUp.optional(),
})
export type UpdateWalletRequest = z.output<typeof updateWalletRequest>

export const walletFilter = z.strictObject({
  ...page,
  wallet_ids: identifiers.optional(),
  status: walletStatus.optional(),
  order: z.enum(['asc', 'desc']).optional(),
  sort: text(sortLengthMax).optional(),
  alert_enabled: notBuilt(z.boolean()),
  expand: expand([]),
})

const queryTruth = z.stringbool({ truthy: ['true'], falsy: ['false'] }).meta({ type: 'boolean' })

/** A customer by either of its two names. */
export const customerWalletsQuery = z.strictObject({
  id: identifier.optional(),
  lookup_key: identifier.optional(),
  include_real_time_balance: queryTruth.optional(),
  // Balances are never cached, so that both values mean what we do.
  from_cache: queryTruth.optional(),
  expand: expand([]),
  '-': notBuilt(queryInteger(0, queryNumberMax)),
})

const creditBreakdown = z.object({ free: z.string(), purchased: z.string() }).meta({ id: 'CreditBreakdown' })

const walletFields = {
  ...recordFields,
  customer_id: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  currency: z.string(),
  wallet_type: walletType,
  wallet_status: walletStatus,
  conversion_rate: z.string(),
  topup_conversion_rate: z.string(),
  /** In money, what the credits can pay; and the credits. */
  balance: z.string(),
  credit_balance: z.string(),
  credits_available_breakdown: creditBreakdown.optional(),
  real_time_balance: z.string().optional(),
  real_time_credit_balance: z.string().optional(),
  config: walletConfig.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  alert_settings: alertSettings.optional(),
  alert_state: alertState.optional(),
  auto_topup: autoTopUp.optional(),
}

export const walletResponse = z.object(walletFields).meta({ id: 'WalletResponse' })
export type WalletResponse = z.output<typeof walletResponse>

export const walletBalanceResponse = z
  .object({
    ...walletFields,
    /** In money: of invoices that are not paid yet, and of the usage of the periods that are not billed yet. */
    unpaid_invoices_amount: z.string().optional(),
    current_period_usage: z.string().optional(),
    balance_updated_at: instant.optional(),
    is_cached_fallback: z.boolean().optional(),
  })
  .meta({ id: 'WalletBalanceResponse' })

export const listWalletsResponse = listOf(walletResponse).meta({ id: 'ListResponseDtoWalletResponse' })
