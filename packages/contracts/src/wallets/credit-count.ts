import { readDecimal } from '@flexprice/domain/money'
import { creditDigits } from '@flexprice/domain/wallet'
import { decimalString } from '../wire/decimal-string.ts'

/** Credits, as a ledger counts them: at least 0, to 8 digits after the point. */
export const creditCount = decimalString
  .refine((credits) => !credits.startsWith('-'), 'must not be negative')
  .refine(
    (credits) => readDecimal(credits).round(creditDigits).eq(readDecimal(credits)),
    `must have at most ${creditDigits} digits after the point`,
  )
