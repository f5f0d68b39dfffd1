import { calculateCharges } from '@flexprice/activities/charges'
import { readChargeFacts } from '@flexprice/database/calculations'
import { assert } from '@flexprice/domain'
import { formatDecimal } from '@flexprice/domain/money'
import { later } from '@flexprice/domain/time'
import type { BilledWorld } from './billed-world.ts'

/** The lines from the current period on, and what the next invoice charges, each by what both worlds call it. */
export async function billOf({ scoped, subscriptionIds, chains }: BilledWorld) {
  const facts = await readChargeFacts(scoped, subscriptionIds)
  const inOrder = subscriptionIds.flatMap(
    (id) => facts.find(({ subscription }) => subscription.id === id) ?? [],
  )
  const nameOf = (id: string): string => {
    const chain = chains.findIndex((versions) => versions.includes(id))
    return chain < 0 ? 'own' : `${chain}.${chains[chain]?.indexOf(id)}`
  }
  const charged = await calculateCharges(scoped, inOrder, {
    choiceOf: () => ({ kind: 'next' }),
    seenBy: null,
  })
  return charged.map((outcome) => {
    assert('charges' in outcome, 'each subscription can be rated')
    const { subscription, lines } = outcome.facts
    const from = subscription.current_period_start
    return {
      lines: lines
        .filter(({ line }) => !line.end_date || (line.end_date > from && line.end_date > line.start_date))
        .map(({ line, price, chain }) => ({
          ...{ price: nameOf(price.id), chain: nameOf(chain), amount: price.amount, quantity: line.quantity },
          start: later(line.start_date, from).toISOString(),
          end: line.end_date?.toISOString(),
        }))
        .toSorted(byText),
      charges: outcome.charges
        .map(({ line, span, quantity, amount }) => ({
          ...{ price: nameOf(line.price.id), chain: nameOf(line.chain), span },
          ...{ quantity: formatDecimal(quantity), amount: formatDecimal(amount) },
        }))
        .toSorted(byText),
      total: formatDecimal(outcome.settlement.amounts.total),
    }
  })
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}
