import { calculateCharges } from '@flexprice/activities/charges'
import { readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { sumOpenInvoices } from '@flexprice/database/invoices'
import { pageSizeMax } from '@flexprice/database/search'
import { searchSubscriptions } from '@flexprice/database/subscriptions'
import type { WalletRow } from '@flexprice/database/wallets'
import { CodedError } from '@flexprice/domain'
import {
  type Decimal,
  divideRounded,
  formatDecimal,
  readDecimal,
  sumDecimals,
  zero,
} from '@flexprice/domain/money'
import { creditDigits, moneyOfCredits } from '@flexprice/domain/wallet'

/** What a customer is to pay in one currency and has not: by invoices, and of usage that is not billed yet. */
interface Owed {
  readonly all: Decimal
  readonly fixed: Decimal
  readonly usageInvoiced: Decimal
  readonly usage: Decimal
}

const nothing: Owed = { all: zero, fixed: zero, usageInvoiced: zero, usage: zero }

/** By currency. Usage is charged by the function that bills it (billing rules, section 11). */
export async function readOwed(scoped: Scoped, customerId: string): Promise<ReadonlyMap<string, Owed>> {
  const invoices = new Map((await sumOpenInvoices(scoped, customerId)).map((one) => [one.currency, one]))
  const usage = await readUsage(scoped, customerId)
  const currencies = new Set([...invoices.keys(), ...usage.keys()])
  return new Map(
    [...currencies].map((currency) => {
      const { all = '0', fixed = '0', usage: usageInvoiced = '0' } = invoices.get(currency) ?? {}
      return [
        currency,
        {
          ...{ all: readDecimal(all), fixed: readDecimal(fixed), usageInvoiced: readDecimal(usageInvoiced) },
          usage: usage.get(currency) ?? zero,
        },
      ]
    }),
  )
}

/** Of the subscriptions' next invoices, as they would be now. */
async function readUsage(scoped: Scoped, customerId: string): Promise<ReadonlyMap<string, Decimal>> {
  const { items, total } = await searchSubscriptions(scoped, {
    ...{ customer_id: customerId, subscription_status: ['active'], limit: pageSizeMax },
  })
  if (total > items.length) {
    const message = `Customer ${customerId} has ${total} subscriptions, and a real-time balance takes at most ${pageSizeMax}`
    throw new CodedError('invalid_operation', message)
  }
  const facts = await readChargeFacts(
    scoped,
    items.flatMap(({ id, next_billing_at }) => (next_billing_at === null ? [] : [id])),
  )
  const outcomes = await calculateCharges(scoped, facts, { choiceOf: () => ({ kind: 'next' }), seenBy: null })
  const charged = outcomes.map((outcome) => {
    if ('error' in outcome) throw outcome.error
    // What is invoiced is owed by that invoice.
    const charges =
      outcome.invoicedBy === null ? outcome.charges.filter(({ line }) => line.price.type === 'USAGE') : []
    return {
      currency: outcome.facts.subscription.currency,
      amount: sumDecimals(charges.map(({ amount }) => amount)),
    }
  })
  return new Map(
    [...Map.groupBy(charged, ({ currency }) => currency)].map(([currency, some]) => [
      currency,
      sumDecimals(some.map(({ amount }) => amount)),
    ]),
  )
}

/**
 * What a wallet would have left if it paid all that it may of what is owed: below 0 by what it could not. Invoices and
 * usage count as far as its price types allow.
 */
export function realTimeBalance(row: WalletRow, owed: Owed = nothing) {
  const { currency, allowed_price_types: types } = row
  const rate = readDecimal(row.conversion_rate)
  const invoices = { ALL: owed.all, FIXED: owed.fixed, USAGE: owed.usageInvoiced }[types]
  const usage = types === 'FIXED' ? zero : owed.usage
  const balance = moneyOfCredits(readDecimal(row.credit_balance), rate, currency)
  const left = balance.minus(invoices).minus(usage)
  return {
    real_time_balance: formatDecimal(left),
    real_time_credit_balance: formatDecimal(divideRounded(left, rate, creditDigits)),
    unpaid_invoices_amount: formatDecimal(invoices),
    current_period_usage: formatDecimal(usage),
  }
}
