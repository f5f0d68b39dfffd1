import { z } from 'zod'
import { ExactNumber } from './exact-number.ts'

const jsonLengthMax = 20_000

/**
 * A JSON object of the caller's own making, bounded, that PostgreSQL can hold and give back as it was: no
 * NUL, no half of a surrogate pair, no number that a float does not print as it was written.
 */
export const jsonObject = z.record(z.string(), z.unknown()).check((context) => {
  const refuse = (message: string) => {
    context.issues.push({ code: 'custom', input: context.value, message })
  }
  const values = valuesWithin(context.value)
  if (values === undefined) {
    refuse(`is nested more than ${depthMax} deep`)
    return
  }
  if (values.some((value) => value instanceof ExactNumber)) refuse('has a number to be written as a text')
  if (values.some((value) => typeof value === 'string' && !isStorable(value))) {
    refuse('contains a character that cannot be stored')
  }
  if (JSON.stringify(context.value).length > jsonLengthMax) {
    refuse(`is longer than ${jsonLengthMax} characters of JSON`)
  }
})

const depthMax = 10

/** The leaves and the names of a value; undefined when it is nested too deep. */
function valuesWithin(value: unknown, depth = depthMax): unknown[] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return [value]
  if (depth === 0) return undefined
  const names: unknown[] = Array.isArray(value) ? [] : Object.keys(value)
  for (const inner of Object.values(value)) {
    const within = valuesWithin(inner, depth - 1)
    if (within === undefined) return undefined
    names.push(...within)
  }
  return names
}

function isStorable(value: string): boolean {
  return !value.includes('\u0000') && value.isWellFormed()
}
