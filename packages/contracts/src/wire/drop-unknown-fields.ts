import type { z } from 'zod'
import { pathOf } from './field-problems.ts'

/**
 * Takes what a schema does not know out of a value, in place, and tells the paths: `tiers[1].colour`. What else is
 * wrong with the value stays, for the validation.
 */
export function dropUnknownFields(schema: z.ZodType, value: unknown): string[] {
  const dropped: string[] = []
  for (let round = 0; round < roundsMax; round++) {
    const { error } = schema.safeParse(value)
    const before = dropped.length
    for (const issue of error?.issues ?? []) {
      if (issue.code !== 'unrecognized_keys') continue
      const place = valueAt(value, issue.path)
      for (const key of issue.keys) {
        if (!Object.hasOwn(place, key)) continue
        Reflect.deleteProperty(place, key)
        dropped.push(pathOf([...issue.path, key]))
      }
    }
    if (dropped.length === before) break
  }
  return dropped
}

/** A problem can hide those behind it, where schemas follow one another. */
const roundsMax = 3

function valueAt(value: unknown, path: readonly PropertyKey[]): object {
  let place: object = Object(value)
  for (const part of path) place = Object(Reflect.get(place, part))
  return place
}
