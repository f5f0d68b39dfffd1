import { data } from 'currency-codes'
import { assert } from '../assert.ts'

/**
 * Codes of ISO 4217 that nobody can be billed in: metals, bond units, accounts of institutions, tests.
 * ISO gives them no minor unit ("N.A."); the library says 0, which would make them look like the yen.
 */
const notBillable = new Set([
  'XAG',
  'XAU',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XPD',
  'XPT',
  'XSU',
  'XTS',
  'XUA',
  'XXX',
])

/**
 * ISO 4217's own table. Not `Intl`, which says 0 for HUF, COP, IDR and IQD, and 2 for a currency that
 * does not exist (billing rules, section 1).
 */
const exponents: ReadonlyMap<string, number> = new Map(
  data.filter(({ code }) => !notBillable.has(code)).map(({ code, digits }) => [code.toLowerCase(), digits]),
)

/** The code as it is stored and answered, in lower case. Undefined if there is no such currency. */
export function parseCurrency(code: string): string | undefined {
  const lower = code.toLowerCase()
  return exponents.has(lower) ? lower : undefined
}

/** Digits of the minor unit: JPY 0, USD 2, KWD 3, CLF 4. Throws for a code that `parseCurrency` refuses. */
export function currencyExponent(currency: string): number {
  const exponent = exponents.get(currency) ?? exponents.get(currency.toLowerCase())
  assert(exponent !== undefined, () => `${currency} is a known currency`)
  return exponent
}
