import { parse } from 'secure-json-parse'
import { isNestedDeeper, jsonDepthMax } from './nesting.ts'
import { needsExactJson, parseExactJson } from './parse-exact-json.ts'

/**
 * A value of JSON as the body of a request is read: no digit of a number is lost, it is not endlessly deep, and no
 * name in it reaches into every object.
 */
export function parseRowJson(
  text: string,
): { readonly value: unknown; readonly problem?: undefined } | { readonly problem: string } {
  if (isNestedDeeper(text, jsonDepthMax)) return { problem: `is nested more than ${jsonDepthMax} deep` }
  try {
    const value: unknown = parse(text, { protoAction: 'error', constructorAction: 'error' })
    return { value: needsExactJson(text) ? parseExactJson(text) : value }
  } catch {
    return { problem: 'is not JSON, or has a name that is not allowed' }
  }
}
