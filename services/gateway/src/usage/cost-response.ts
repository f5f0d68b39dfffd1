import type { CostGap } from '@flexprice/contracts/usage'
import { isBillsCharge } from '@flexprice/domain/cycle'
import { type Decimal, formatDecimal, sumDecimals } from '@flexprice/domain/money'
import type { GroupCost } from './group-costs.ts'
import type { ToldCosts } from './usage-costs.ts'

/**
 * What the meters' charges come to, in the bill's name for it where that charges the same of that time, and else in
 * another: tiers, allowances and states of a part of a period are no part of the period's.
 */
export function costResponse(costs: ToldCosts, meterIds: readonly string[], now: Date) {
  if ('gap' in costs) return unavailable(costs.gap)
  const charges = [...new Set(meterIds)].flatMap((meterId) => costs.ofMeter(meterId))
  const amount = sumDecimals(charges.map((charge) => charge.amount))
  const { currency } = costs
  if (charges.every((charge) => isBillsCharge(charge, now))) return { currency, ...amounts(amount) }
  return { currency, standalone_cost: formatDecimal(amount), ...unavailable('part_of_period') }
}

export function groupCostResponse(currency: string, cost: GroupCost) {
  return 'gap' in cost ? unavailable(cost.gap) : { currency, exact_cost: cost.exact }
}

export function unavailable(code: CostGap) {
  return { cost_unavailable: { code, message: messages[code] } }
}

function amounts(amount: Decimal) {
  const cost = formatDecimal(amount)
  return { subtotal: cost, total_discount: '0', total_cost: cost }
}

const messages: Readonly<Record<CostGap, string>> = {
  every_customer: 'Customers have prices of their own: name one by external_customer_id.',
  filtered: 'Lines bill by their own filters: what a part of the events costs cannot be told.',
  no_subscription: 'The customer has no subscription.',
  many_subscriptions: 'The customer has more subscriptions than are rated at once.',
  several_currencies: 'The customer’s subscriptions have several currencies.',
  not_rated: 'A subscription cannot be rated: its preview says why.',
  part_of_period:
    'The time is a part of a billing period, and what is charged depends on all of it (tiers, packages, allowances, states): standalone_cost is what this part would be charged alone.',
  tiers: 'Tiers are of all of the usage together.',
  package: 'Packages are of all of the usage together.',
  allowance: 'What is free is taken off all of the usage together.',
  no_sum: 'The usage is no sum of its groups’: it is one value, or a state.',
  negative_quantity: 'Usage below zero is charged as nothing, or taken off elsewhere.',
}
