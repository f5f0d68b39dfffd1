import type { FieldProblem } from '@flexprice/domain'
import { numberDigitsMax, parseNumber } from '@flexprice/domain/money'
import { ExactNumber } from '../wire/exact-number.ts'
import { eventPropertiesBytesMax } from './event.ts'

/** An event's properties as JSON, every digit in it, or why they cannot be kept as they are. */
export function readProperties(properties: Readonly<Record<string, unknown>>): string | FieldProblem {
  const path = 'properties'
  // Before they are written as text: that would end on what is nested too deep.
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value !== 'object') continue
    const problem = valueProblem(value, `${path}.${name}`, depthMax)
    if (problem !== undefined) return problem
  }
  const text = JSON.stringify(properties)
  if (text.length > eventPropertiesBytesMax || Buffer.byteLength(text) > eventPropertiesBytesMax) {
    return { path, message: `is longer than ${eventPropertiesBytesMax} bytes of JSON` }
  }
  // The escapes may be a caller's own text, so that only the values themselves tell.
  if (escapes.test(text) && !isStorable(properties)) {
    return { path, message: 'contains a character that cannot be stored' }
  }
  return text
}

const depthMax = 10
const escapes = /\\u(?:0000|d[89a-f])/

/** A number that is none by the domain's rule would be billed as nothing, and PostgreSQL's own end somewhere. */
function valueProblem(value: unknown, path: string, depth: number): FieldProblem | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof ExactNumber) {
    if (parseNumber(value.source) !== undefined) return undefined
    const message = `is a number of more than ${numberDigitsMax} digits before or after the point: send it as a text`
    return { path, message }
  }
  if (depth === 1) return { path: 'properties', message: `is nested more than ${depthMax} deep` }
  for (const [name, inner] of Object.entries(value)) {
    const own = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`
    const problem = valueProblem(inner, own, depth - 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed()
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return true
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner))
}
