import { parse } from 'secure-json-parse'
import { hasDuplicateNames } from './duplicate-names.ts'
import { isNestedDeeper, jsonDepthMax } from './nesting.ts'
import { needsExactJson, parseExactJson } from './parse-exact-json.ts'

/**
 * A value of JSON as the body of a request is read: no digit of a number is lost, it is not endlessly deep, no
 * name in it reaches into every object, and no object has one twice.
 */
export function parseRowJson(
  text: string,
): { readonly value: unknown; readonly problem?: undefined } | { readonly problem: string } {
  if (isNestedDeeper(text, jsonDepthMax)) return { problem: `is nested more than ${jsonDepthMax} deep` }
  try {
    const value: unknown = parse(text, { protoAction: 'error', constructorAction: 'error' })
    if (hasDuplicateNames(text, value)) return { problem: 'has a name twice in an object' }
    return { value: needsExactJson(text) ? parseExactJson(text) : value }
  } catch {
    return { problem: 'is not JSON, or has a name that is not allowed' }
  }
}
