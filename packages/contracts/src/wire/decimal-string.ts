import { formatDecimal, parseDecimal } from '@flexprice/domain/money'
import { z } from 'zod'

const lengthMax = 100

/**
 * Money or a quantity as decimal text, in the domain's normal form after parsing: `010.50` is `10.5`.
 * Never a `number`, so nothing goes through a float. Its sign is the business of whoever reads it.
 */
export const decimalString = z
  .string()
  .max(lengthMax)
  .check((context) => {
    if (parseDecimal(context.value) === undefined) {
      const message = 'must be a decimal number: up to 20 digits, then up to 18 after the point'
      context.issues.push({ code: 'custom', input: context.value, message })
    }
  })
  .overwrite((value) => {
    const decimal = parseDecimal(value)
    return decimal === undefined ? value : formatDecimal(decimal)
  })
