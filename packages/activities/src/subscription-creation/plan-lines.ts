import type { OverrideLineItem } from '@flexprice/contracts/subscriptions'
import type { PriceRow } from '@flexprice/database/catalog'
import { newId } from '@flexprice/database/connection'
import type { OwnPrice } from '@flexprice/database/creation'
import type { SubscriptionFacts } from '@flexprice/database/subscriptions'
import { type FieldProblem, invalid } from '@flexprice/domain'
import type { PlannedLine } from '@flexprice/domain/subscription'
import { overrideMoney } from './override-money.ts'

/** A line of the subscription to be: by a plan price, or by one of its own in that one's place. */
export interface LinePlan {
  readonly planPrice: PriceRow
  readonly ownPrice: OwnPrice | null
  /** Decimal text. */
  readonly quantity: string
  readonly start: Date
  readonly end: Date | null
}

/** The price that the line is billed by. */
export function priceOf({ ownPrice, planPrice }: LinePlan): PriceRow | OwnPrice {
  return ownPrice ?? planPrice
}

/**
 * The plan's lines with what the request says otherwise. Money of its own replaces the price's whole
 * chain from the line's start on, as a price sync passes the chain over from then on; a quantity holds for
 * the chain's later prices too, as a sync would carry it on.
 *
 * @param byChain true where an override may name any price of a line's chain: a draft's, whose plan was edited since
 * @throws validation_error that names the override and its field
 */
export function applyOverrides(
  subscriptionId: string,
  planned: readonly PlannedLine<PriceRow>[],
  { overrides, chains, byChain, meters }: Overrides,
): LinePlan[] {
  let lines: readonly LinePlan[] = planned.map(({ price, start, end }) => ({
    planPrice: price,
    ownPrice: null,
    quantity: String(price.min_quantity ?? 1),
    start,
    end,
  }))
  const problems: FieldProblem[] = []
  const seen = new Set<string>()
  for (const [index, override] of overrides.entries()) {
    const path = `override_line_items[${index}]`
    const root = chains.get(override.price_id)
    const line = lines.find(
      ({ planPrice }) => planPrice.id === override.price_id || (byChain && planPrice.root_price_id === root),
    )
    if (line === undefined || root === undefined) {
      problems.push({
        path: `${path}.price_id`,
        message: 'is not a price that the plan brings to the subscription',
      })
    } else if (seen.has(root)) {
      problems.push({ path: `${path}.price_id`, message: 'is overridden by another item already' })
    } else {
      seen.add(root)
      const result = overrideLine(
        subscriptionId,
        { line, chainEnd: endOfChain(lines, line) },
        override,
        meters,
      )
      problems.push(...result.problems.map((problem) => ({ ...problem, path: `${path}.${problem.path}` })))
      lines = replaceLine(lines, line, result.line)
    }
  }
  if (problems.length > 0) throw invalid(problems)
  return [...lines]
}

interface Overrides {
  readonly overrides: readonly OverrideLineItem[]
  /** The root of each of the plan's prices, ended ones too. */
  readonly chains: ReadonlyMap<string, string>
  readonly byChain: boolean
  readonly meters: SubscriptionFacts['meters']
}

function overrideLine(
  subscriptionId: string,
  { line, chainEnd }: { line: LinePlan; chainEnd: Date | null },
  override: OverrideLineItem,
  meters: SubscriptionFacts['meters'],
): { line: LinePlan; problems: readonly FieldProblem[] } {
  const quantity = override.quantity ?? line.quantity
  const { money, problems } = overrideMoney(line.planPrice, override, meters)
  if (money === undefined) return { line: { ...line, quantity }, problems }
  const { environment_id, status, sequence, created_at, updated_at, created_by, updated_by, ...plan } =
    line.planPrice
  const id = newId('price')
  const ownPrice: OwnPrice = {
    ...plan,
    ...money,
    id,
    plan_id: null,
    subscription_id: subscriptionId,
    root_price_id: id,
    overridden_price_id: line.planPrice.id,
    successor_price_id: null,
    lookup_key: null,
    start_date: line.start,
    end_date: null,
  }
  return { line: { ...line, ownPrice, quantity, end: chainEnd }, problems }
}

/** An override stands for the whole chain: an end that brings a successor is none, that of the chain's last price stays. */
function endOfChain(lines: readonly LinePlan[], { planPrice, start }: LinePlan): Date | null {
  const last = lines
    .filter((line) => line.planPrice.root_price_id === planPrice.root_price_id && line.start >= start)
    .reduce((one, other) => (other.start > one.start ? other : one))
  return last.planPrice.successor_price_id === null ? last.end : null
}

function replaceLine(lines: readonly LinePlan[], before: LinePlan, after: LinePlan): LinePlan[] {
  return lines.flatMap((line) => {
    if (line === before) return [after]
    const isLater =
      line.planPrice.root_price_id === before.planPrice.root_price_id && line.start >= before.start
    if (!isLater) return [line]
    return after.ownPrice ? [] : [{ ...line, quantity: after.quantity }]
  })
}
