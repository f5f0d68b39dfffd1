import { assert } from '@flexprice/domain'
import { formatDecimal, parseDecimal } from '@flexprice/domain/money'

/** A `numeric` of the database, which has all digits that fit, as the wire shows it: `10.5`. */
export function decimalText(stored: string): string {
  const decimal = parseDecimal(stored)
  assert(decimal !== undefined, `the database keeps ${stored} as a decimal`)
  return formatDecimal(decimal)
}
