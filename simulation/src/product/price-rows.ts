import { moneyChanges, type NewPrice } from '@flexprice/database/catalog'
import type { Money, PriceTerms } from '../lives/step.ts'

/** Money as the API's requests say it, all of it, so that nothing stays of what was before. */
export function moneyBody(money: Money) {
  const isTiered = money.model === 'VOLUME' || money.model === 'SLAB'
  return {
    billing_model: isTiered ? ('TIERED' as const) : money.model,
    ...(isTiered
      ? {
          tier_mode: money.model,
          tiers: money.tiers.map(({ upTo, unit, flat }) => ({
            ...(upTo === null ? {} : { up_to: upTo }),
            ...{ unit_amount: unit, flat_amount: flat },
          })),
        }
      : { amount: money.amount }),
    ...(money.model === 'PACKAGE'
      ? { transform_quantity: { divide_by: money.divideBy, round: money.round } }
      : {}),
  }
}

export function moneyRow(money: Money) {
  return moneyChanges(moneyBody(money))
}

export function priceRow(
  { type, cadence, period, count, isOnce, money }: PriceTerms,
  of: { planId: string; meterId: string | undefined; start: Date },
): NewPrice {
  const { billing_model = 'FLAT_FEE', ...rest } = moneyRow(money)
  return {
    ...{ plan_id: of.planId, meter_id: of.meterId, start_date: of.start },
    ...{ type, invoice_cadence: cadence, currency: 'usd', billing_model, ...rest },
    ...(isOnce
      ? { billing_period: 'ONETIME', billing_period_count: 1 }
      : { billing_period: period, billing_period_count: count }),
  }
}
