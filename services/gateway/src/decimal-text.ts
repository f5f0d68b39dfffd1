import { formatDecimal, readDecimal } from '@flexprice/domain/money'

/** A `numeric` of the database, which has all digits that fit, as the wire shows it: `10.5`. A sum may have more of them. */
export function decimalText(stored: string): string {
  return formatDecimal(readDecimal(stored))
}
