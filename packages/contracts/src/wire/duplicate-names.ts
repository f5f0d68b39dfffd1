import { endOfString } from './nesting.ts'

/**
 * Whether an object of a JSON text has a name twice. Parsers choose one of the values, and not all the same: what a
 * proxy checked would not be what is done. The text has as many names as the value that was parsed from it, unless
 * one was lost.
 */
export function hasDuplicateNames(json: string, value: unknown): boolean {
  return namesIn(json) !== namesOf(value)
}

/** A string with a colon behind it is a name. */
function namesIn(json: string): number {
  let names = 0
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at + 1)) {
    at = endOfString(json, at)
    let next = at + 1
    while (isSpace(json.charCodeAt(next))) next++
    if (json.charCodeAt(next) === colon) names++
  }
  return names
}

function namesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.reduce((sum: number, one: unknown) => sum + namesOf(one), 0)
  const inner = Object.values(value)
  return inner.reduce((sum: number, one: unknown) => sum + namesOf(one), inner.length)
}

const colon = ':'.charCodeAt(0)
const spaces = new Set([' ', '\t', '\n', '\r'].map((space) => space.charCodeAt(0)))

function isSpace(code: number): boolean {
  return spaces.has(code)
}
