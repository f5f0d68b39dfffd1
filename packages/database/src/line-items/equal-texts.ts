import { equalDecimals, parseDecimal } from '@flexprice/domain/money'

/** By value: 3.000 is 3. */
export function equalTexts(left: string, right: string): boolean {
  const [one, other] = [parseDecimal(left), parseDecimal(right)]
  return one !== undefined && other !== undefined && equalDecimals(one, other)
}
