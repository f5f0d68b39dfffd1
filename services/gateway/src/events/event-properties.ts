import { eventPropertiesBytesMax } from '@flexprice/contracts/events'
import { ExactNumber } from '@flexprice/contracts/wire'

/** Why an event's properties cannot be kept as they are; undefined when they can. */
export function propertiesProblem(properties: Readonly<Record<string, unknown>>): string | undefined {
  // Before they are written as text: that would end on what is nested too deep.
  for (const value of Object.values(properties)) {
    if (typeof value === 'object' && value !== null && !fits(value, depthMax)) {
      return `is nested more than ${depthMax} deep, or has a number that is written with an exponent or in more than ${digitsMax} digits`
    }
  }
  const text = JSON.stringify(properties)
  if (text.length > eventPropertiesBytesMax || Buffer.byteLength(text) > eventPropertiesBytesMax) {
    return `is longer than ${eventPropertiesBytesMax} bytes of JSON`
  }
  // The escapes may be a caller's own text, so that only the values themselves tell.
  if (escapes.test(text) && !isStorable(properties)) return 'contains a character that cannot be stored'
  return undefined
}

const depthMax = 10
const digitsMax = 1_000
const escapes = /\\u(?:0000|d[89a-f])/

/** PostgreSQL's numbers end somewhere, and an exponent reaches beyond with a few characters. */
function fits(value: unknown, depth: number): boolean {
  if (value instanceof ExactNumber) return value.source.length <= digitsMax && !/e/i.test(value.source)
  if (typeof value !== 'object' || value === null) return true
  return depth > 1 && Object.values(value).every((inner) => fits(inner, depth - 1))
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed()
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return true
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner))
}
