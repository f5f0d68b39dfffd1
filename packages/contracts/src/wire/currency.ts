import { parseCurrency } from '@flexprice/domain/money'
import { text } from './text.ts'

/** A currency of a request, in capitals or not; in small letters from there on. */
export const currency = text(3)
  .refine((code) => parseCurrency(code) !== undefined, 'is not a currency of ISO 4217')
  .overwrite((code) => code.toLowerCase())
