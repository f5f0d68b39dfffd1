import type { z } from 'zod'
import { ExactNumber, hasDecimalComma } from './exact-number.ts'

/** What is wrong with a value in a person's words, which follow its field's name; undefined keeps the library's. */
export function problemWords(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue
  if (input === undefined) return 'is required'
  switch (issue.code) {
    case 'invalid_type':
      if (isNumber(issue.expected) && hasDecimalComma(input))
        return 'must be a number, with a point and no comma'
      return input instanceof ExactNumber && isNumber(issue.expected)
        ? 'must be a number of fewer digits'
        : `must be ${kinds[issue.expected] ?? issue.expected}${input === null ? ', not null' : ''}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    case 'too_small':
      return issue.minimum === 1 && issue.origin in counted
        ? 'must not be empty'
        : bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    default:
      return undefined
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'an instant',
}

const counted: Readonly<Record<string, string>> = { string: 'characters', array: 'items' }

function bound(origin: string, comparison: string, limit: number | bigint): string {
  const unit = counted[origin]
  return unit === undefined ? `must be ${comparison} ${limit}` : `must have ${comparison} ${limit} ${unit}`
}

function isNumber(expected: string): boolean {
  return expected === 'number' || expected === 'int'
}
