import type { PreviewBulkChangeRequest } from '@flexprice/contracts/changes'
import { listPlanPrices } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { invalid } from '@flexprice/domain'
import { isRecurring } from '@flexprice/domain/time'

/**
 * Filters that leave only subscriptions which the target plan has no price for: each would be left out, or there is none
 * and the preview would be empty without a word. Of a list each subscription says why itself.
 *
 * @throws validation_error naming the filter
 */
export async function refuseUnpriced(
  scoped: Scoped,
  { target_plan_id: id, currency, billing_period: period }: PreviewBulkChangeRequest,
  now: Date,
): Promise<void> {
  if (currency === undefined && period === undefined) return
  const prices = (await listPlanPrices(scoped, [id], now)).filter((price) =>
    isRecurring(price.billing_period),
  )
  const inCurrency = prices.filter((price) => currency === undefined || price.currency === currency)
  if (currency !== undefined && inCurrency.length === 0) {
    throw invalid([{ path: 'currency', message: `plan ${id} has no price in ${currency}` }])
  }
  if (period === undefined || inCurrency.some((price) => price.billing_period === period)) return
  const what = currency === undefined ? 'price' : `price in ${currency}`
  throw invalid([{ path: 'billing_period', message: `plan ${id} has no ${what} each ${period}` }])
}
