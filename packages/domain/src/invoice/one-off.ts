import type { FieldProblem } from '../errors.ts'
import { currencyExponent, parseCurrency } from '../money/currency.ts'
import {
  type Decimal,
  equalDecimals,
  formatDecimal,
  isNegative,
  readDecimal,
  sumDecimals,
} from '../money/decimal.ts'
import { isWholeUnits } from '../money/money.ts'

/** What a one-off is asked to bill, in the words of the wire; amounts and quantities are decimal texts. */
export interface OneOffTerms {
  readonly currency: string
  readonly line_items?: readonly OneOffLine[] | undefined
  readonly subtotal: string
  readonly total: string
  readonly amount_due: string
}

interface OneOffLine {
  readonly amount: string
  readonly quantity: string
}

/**
 * What is wrong with the money of a one-off, by its fields (billing rules, section 1): each line is what somebody can
 * pay in the currency, and nothing is rounded in silence. Its sums are held against its lines and never believed:
 * without discounts, taxes, credits and adjustments all three are the lines' sum.
 */
export function validateOneOff(terms: OneOffTerms): FieldProblem[] {
  const currency = parseCurrency(terms.currency)
  if (currency === undefined) return [{ path: 'currency', message: 'is not a currency of ISO 4217' }]
  const lines = terms.line_items ?? []
  if (lines.length === 0) {
    return [{ path: 'line_items', message: 'must not be empty: an invoice is the sum of its lines' }]
  }
  const ofLines = lines.flatMap((line, index) => validateLine(line, `line_items[${index}]`, currency))
  if (ofLines.length > 0) return ofLines
  const sum = sumDecimals(lines.map(({ amount }) => readDecimal(amount)))
  return sums.flatMap((path) => unequal(path, readDecimal(terms[path]), sum))
}

const sums = ['subtotal', 'total', 'amount_due'] as const

function validateLine(line: OneOffLine, path: string, currency: string): FieldProblem[] {
  const amount = readDecimal(line.amount)
  const problems: FieldProblem[] = []
  if (isNegative(amount)) problems.push({ path: `${path}.amount`, message: 'must not be negative' })
  if (!isWholeUnits(amount, currency)) {
    const message = `must have at most ${currencyExponent(currency)} digits after the point, as ${currency} has`
    problems.push({ path: `${path}.amount`, message })
  }
  if (isNegative(readDecimal(line.quantity))) {
    problems.push({ path: `${path}.quantity`, message: 'must not be negative' })
  }
  return problems
}

function unequal(path: string, stated: Decimal, sum: Decimal): FieldProblem[] {
  if (equalDecimals(stated, sum)) return []
  const message = `is ${formatDecimal(stated)}, but the lines add up to ${formatDecimal(sum)}`
  return [{ path, message }]
}
