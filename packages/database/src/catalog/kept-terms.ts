import type { FieldProblem } from '@flexprice/domain'
import type { NewPrice, PriceRow } from './prices.ts'

/** What a price keeps for its life, as far as a row of a file says it. */
export type KeptTerms = { readonly [Field in (typeof keptFields)[number]]?: NewPrice[Field] }

const keptFields = [
  'plan_id',
  'type',
  'billing_period',
  'billing_period_count',
  'invoice_cadence',
  'currency',
  'trial_period_days',
  'min_quantity',
  'start_date',
  'end_date',
  'meter_id',
  'filter_values',
] as const

/**
 * Which of a row's terms are not those of the price that is there, by their fields.
 *
 * @param rootStart when the price's chain began: one that has replaced another one still began then
 */
export function keptProblems(price: PriceRow, rootStart: Date | undefined, kept: KeptTerms): FieldProblem[] {
  const is = { ...price, start_date: rootStart ?? price.start_date }
  return keptFields.flatMap((field) => {
    const given = kept[field]
    if (given === undefined || isSame(given, is[field])) return []
    const path = field === 'plan_id' ? 'entity_id' : field
    return [{ path, message: `cannot change: it is ${textOf(is[field]) ?? 'none'} of price ${price.id}` }]
  })
}

function isSame(given: unknown, is: unknown): boolean {
  return textOf(given) === textOf(is)
}

/** Objects by their keys in one order, as jsonb has its own. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
