import { calculateCharges } from '@flexprice/activities/charges'
import { readChargeFacts } from '@flexprice/database/calculations'
import { assert } from '@flexprice/domain'
import { formatDecimal } from '@flexprice/domain/money'
import { later } from '@flexprice/domain/time'
import { type BilledWorld, dayOf, periodDays } from './billed-world.ts'

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
      lines: joined(
        lines
          .filter(({ line }) => !line.end_date || (line.end_date > from && line.end_date > line.start_date))
          .map(({ line, price, chain }) => ({
            ...{
              price: nameOf(price.id),
              chain: nameOf(chain),
              amount: price.amount,
              quantity: line.quantity,
            },
            start: later(line.start_date, from).toISOString(),
            end: line.end_date?.toISOString(),
          }))
          .toSorted(byText),
      ),
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

interface ShownLine {
  readonly start: string
  readonly end: string | undefined
}

/** What goes on at a boundary as it was before is one: a version that was passed over may part it there. */
function joined<Line extends ShownLine>(lines: readonly Line[]): Line[] {
  const all: Line[] = []
  for (const line of lines) {
    const place = all.findIndex(
      (one) => one.end === line.start && isAlike(one, line) && isBoundary(line.start),
    )
    const before = all[place]
    if (before) all[place] = { ...before, end: line.end }
    else all.push(line)
  }
  return all
}

function isAlike(one: ShownLine, other: ShownLine): boolean {
  const times = { start: '', end: '' }
  return JSON.stringify({ ...one, ...times }) === JSON.stringify({ ...other, ...times })
}

function isBoundary(instant: string): boolean {
  return (new Date(instant).getTime() - dayOf(0).getTime()) % (periodDays * 86_400_000) === 0
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}
