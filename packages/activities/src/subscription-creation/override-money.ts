import type { OverrideLineItem } from '@flexprice/contracts/subscriptions'
import {
  editMoney,
  moneyChanges,
  moneyProblems,
  type PriceRow,
  touchesMoney,
} from '@flexprice/database/catalog'
import type { SubscriptionFacts } from '@flexprice/database/subscriptions'
import type { PriceMoney } from '@flexprice/database/tables'
import type { FieldProblem } from '@flexprice/domain'

/**
 * The money that the override gives the price, undefined where it says nothing about money. The problems'
 * paths are the override's fields.
 */
export function overrideMoney(
  price: PriceRow,
  override: OverrideLineItem,
  meters: SubscriptionFacts['meters'],
): { money?: PriceMoney; problems: readonly FieldProblem[] } {
  const changes = moneyChanges(override)
  if (!touchesMoney(changes)) return { problems: [] }
  const money = editMoney(price, changes)
  return { money, problems: moneyProblems(price, money, meters.get(price.meter_id ?? '')) }
}
