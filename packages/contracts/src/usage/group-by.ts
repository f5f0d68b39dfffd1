import { z } from 'zod'
import { cursor } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'

const namesMax = 20
/** Of one page, and of an answer that is not asked for in pages. */
export const usageGroupsMax = 1_000
const propertyPrefix = 'properties.'

/** The property that usage is to be grouped by, of a name as `properties.region`; undefined for another name. */
export function propertyOf(name: string): string | undefined {
  return name.startsWith(propertyPrefix) && name.length > propertyPrefix.length
    ? name.slice(propertyPrefix.length)
    : undefined
}

/** @param fields that usage can be told apart by, beside the events' properties */
export function groupBy(fields: readonly string[]) {
  const message = `must be ${fields.join(', ')}, or a property as properties.region`
  return z
    .array(identifier)
    .max(namesMax)
    .check((context) => {
      for (const [index, name] of context.value.entries()) {
        if (fields.includes(name) || propertyOf(name) !== undefined) continue
        context.issues.push({ code: 'custom', input: name, path: [index], message })
      }
    })
    .optional()
}

/** A page of groups: without a limit all of them, or a refusal that says how many there may be. */
export const groupPage = {
  limit: z.int().min(1).max(usageGroupsMax).optional(),
  cursor: cursor.optional(),
}

/** By the request's names; null where the group's events have none. */
export const groupedBy = z.record(z.string(), z.string().nullable())

/** Whether another page of groups is behind this one: they are in an order of their own. */
export const groupPaging = { has_more: z.boolean().optional(), next_cursor: z.string().optional() }
