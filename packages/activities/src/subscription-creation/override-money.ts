import type { OverrideLineItem } from '@flexprice/contracts/subscriptions'
import { editMoney, moneyProblems, type PriceRow, touchesMoney } from '@flexprice/database/catalog'
import type { SubscriptionFacts } from '@flexprice/database/subscriptions'
import type { PriceMoney } from '@flexprice/database/tables'
import type { FieldProblem } from '@flexprice/domain'

/**
 * The money that the override gives the price, undefined where it says nothing about money. The problems'
 * paths are the override's fields.
 */
export function overrideMoney(
  price: PriceRow,
  { billing_model, amount, tier_mode, tiers, bucket_size, transform_quantity: packages }: OverrideLineItem,
  meters: SubscriptionFacts['meters'],
): { money?: PriceMoney; problems: readonly FieldProblem[] } {
  const changes = {
    billing_model,
    amount,
    tier_mode,
    bucket_size,
    tiers: tiers?.map(({ up_to, unit_amount, flat_amount }) => ({
      up_to: up_to ?? null,
      unit_amount,
      flat_amount: flat_amount ?? null,
    })),
    ...(packages && { divide_by: packages.divide_by ?? null, round: packages.round ?? 'up' }),
  }
  if (!touchesMoney(changes)) return { problems: [] }
  const money = editMoney(price, changes)
  return { money, problems: moneyProblems(price, money, meters.get(price.meter_id ?? '')) }
}
