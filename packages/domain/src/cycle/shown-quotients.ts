import { formatDecimal } from '../money/decimal.ts'
import { readRatio, shownDecimal } from '../money/ratio.ts'

/** Fields of explanations that may be quotients without an end. */
const quotients = new Set([
  'quantity',
  'billed_quantity',
  'priced_quantity',
  'packages',
  'units',
  'flat_amount',
  'share',
  'used',
])

/**
 * An explanation with a decimal of 18 digits beside each quotient, as `quantity_decimal: "161.29032258064516129"` beside
 * `quantity: "5000/31"`: for show, as the amount recomputes from the quotient alone.
 */
export function withShownQuotients(explanation: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(explanation).flatMap(([name, value]: [string, unknown]) => {
      if (quotients.has(name) && typeof value === 'string' && value.includes('/')) {
        return [
          [name, value],
          [`${name}_decimal`, formatDecimal(shownDecimal(readRatio(value)))],
        ]
      }
      return [[name, shown(value)]]
    }),
  )
}

function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown)
  return typeof value === 'object' && value !== null ? withShownQuotients(value) : value
}
