import type { ErrorDetails, FieldProblem } from '@flexprice/domain'

/**
 * Where the id of a record that is not there stands in what was asked, told as that field's problem: what looks for a
 * record does not know how it was asked for. Undefined where the id stands in none of the places.
 */
export function missingRecordProblem(
  details: ErrorDetails | undefined,
  places: readonly unknown[],
): FieldProblem | undefined {
  const id = details?.id
  if (typeof id !== 'string') return undefined
  for (const place of places) {
    const path = pathOf(id, place)
    if (path !== undefined) return { path, message: 'does not exist' }
  }
  return undefined
}

/** Where the text stands in the value; bodies are parsed with a bound on their depth. */
function pathOf(text: string, value: unknown, path = ''): string | undefined {
  if (value === text) return path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`
    const found = pathOf(text, inner, path + step)
    if (found !== undefined) return found
  }
  return undefined
}
