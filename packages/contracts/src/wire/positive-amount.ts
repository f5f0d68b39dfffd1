import { isPositive, isStorable, readDecimal } from '@flexprice/domain/money'
import { decimalString } from './decimal-string.ts'

/** Money that moves: more than nothing, and what can be stored. */
export const positiveAmount = decimalString
  .refine((amount) => isPositive(readDecimal(amount)), 'must be greater than 0')
  .refine((amount) => isStorable(readDecimal(amount)), 'has more digits than an amount may have')
