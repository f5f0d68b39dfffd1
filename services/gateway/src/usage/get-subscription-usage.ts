import { calculateCharges, type SubscriptionCharges } from '@flexprice/activities/charges'
import { getSubscriptionUsage } from '@flexprice/contracts/operations'
import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { assert, invalid, notFound, type Scope } from '@flexprice/domain'
import { formatDecimal, readRatio, sumDecimals } from '@flexprice/domain/money'
import type { Period } from '@flexprice/domain/time'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { priceResponse } from '../prices/price-response.ts'
import { type Api, routeOf } from '../route.ts'
import { warningsResponse } from '../warnings-response.ts'
import { shownQuantity } from './usage-response.ts'

export function getSubscriptionUsageRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSubscriptionUsage),
    async handler(request, reply) {
      const { body } = request
      const scoped = callerDatabase(database, request)
      expectIdOf('subscription', body.subscription_id)
      const [facts] = await readChargeFacts(scoped, [body.subscription_id])
      if (!facts) throw notFound('Subscription', body.subscription_id)
      const window = windowOf(body, facts, await readNow(scoped))
      const charges = usageCharges(await chargesIn(scoped, facts, window))
      const { currency } = facts.subscription
      const amount = formatDecimal(sumDecimals(charges.map((charge) => charge.amount)))
      return reply.send({
        ...{ amount, display_amount: amount, currency, has_overage: false },
        start_time: window.start,
        end_time: window.end,
        charges: charges.map((charge) => chargeResponse(scoped.scope, facts, charge)),
      })
    },
  })
}

/** What one subscription is charged in a window: the function that bills. */
export async function chargesIn(
  scoped: Scoped,
  facts: ChargeFacts,
  window: Period,
): Promise<SubscriptionCharges> {
  const choiceOf = () => ({ kind: 'window', window }) as const
  const [outcome] = await calculateCharges(scoped, [facts], { choiceOf, seenBy: null })
  assert(outcome, 'a subscription has an outcome')
  if ('error' in outcome) throw outcome.error
  return outcome
}

function usageCharges({ charges }: SubscriptionCharges) {
  return charges.filter(({ line }) => line.terms.type === 'USAGE')
}

interface WindowRequest {
  readonly start_time?: Date | undefined
  readonly end_time?: Date | undefined
  readonly lifetime_usage?: boolean | undefined
}

function windowOf(
  { start_time, end_time, lifetime_usage: isLifetime }: WindowRequest,
  { subscription }: ChargeFacts,
  now: Date,
): Period {
  const start = start_time ?? (isLifetime ? subscription.start_date : subscription.current_period_start)
  const end = end_time ?? (isLifetime ? now : subscription.current_period_end)
  if (start < end) return { start, end }
  const path = end_time === undefined && start_time !== undefined ? 'start_time' : 'end_time'
  throw invalid([{ path, message: `${start.toISOString()} to ${end.toISOString()} is no time` }])
}

function chargeResponse(
  scope: Scope,
  { subscription, lines }: ChargeFacts,
  { line, span, amount, quantity, explanation, warnings }: SubscriptionCharges['charges'][number],
) {
  const meter = lines.find((one) => one.line.id === line.id)?.meter
  assert(meter && 'usage' in explanation, 'a USAGE line has a meter')
  const price = priceResponse(scope, line.price)
  return {
    amount: formatDecimal(amount),
    display_amount: formatDecimal(amount),
    currency: subscription.currency,
    filter_values: price.filter_values,
    is_overage: false,
    meter_display_name: meter.name,
    meter_id: meter.id,
    price,
    quantity: shownQuantity(readRatio(explanation.usage.quantity)),
    billed_quantity: formatDecimal(quantity),
    subscription_line_item_id: line.id,
    start_time: span.start,
    end_time: span.end,
    not_numeric: explanation.usage.not_numeric,
    missing: explanation.usage.missing ?? 0,
    warnings: warningsResponse(warnings),
  }
}
