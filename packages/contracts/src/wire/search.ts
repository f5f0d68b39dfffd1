import { z } from 'zod'
import { exactNumber } from './exact-number.ts'
import { instant } from './instant.ts'
import { notImplementedIssue } from './not-built.ts'
import { queryInteger } from './query-integer.ts'
import { recordStatus } from './record-fields.ts'
import { identifier, text } from './text.ts'

const valueLengthMax = 2_000
export const filtersMax = 50
export const sortLengthMax = 500
const sortsMax = 10
const offsetMax = 1_000_000
const cursorLengthMax = 1_000

const listLimitMax = 1_000
const listLimitDefault = 50

export const filterCondition = z.strictObject({
  field: identifier.optional(),
  operator: z
    .enum(['eq', 'contains', 'not_contains', 'gt', 'lt', 'gte', 'in', 'not_in', 'before', 'after'])
    .optional(),
  data_type: z.enum(['string', 'number', 'date', 'array']).optional(),
  value: z
    .strictObject({
      string: text(valueLengthMax).optional(),
      number: exactNumber.optional(),
      boolean: z.boolean().optional(),
      date: instant.optional(),
      array: z.array(text(valueLengthMax)).max(listLimitMax).optional(),
    })
    .optional(),
})
export type FilterCondition = z.output<typeof filterCondition>

const sortCondition = z.strictObject({
  field: identifier.optional(),
  direction: z.enum(['asc', 'desc']).optional(),
})
export type SortCondition = z.output<typeof sortCondition>

/** Where a page begins, as an answer said it: opaque, and of that list with its filters alone. */
export const cursor = text(cursorLengthMax).min(1)

/** Which page of a list: 1 to 1,000 records, 50 unless told. */
export const page = {
  limit: z.int().min(1).max(listLimitMax).default(listLimitDefault),
  offset: z.int().min(0).max(offsetMax).default(0),
  // Ours: keyset paging in the default order, for sets too large for offsets.
  cursor: cursor.optional(),
}

/** A page as a query string asks for it. */
export const queryPage = {
  limit: queryInteger(1, listLimitMax).default(listLimitDefault),
  offset: queryInteger(0, offsetMax).default(0),
}

/** What every search of the contract accepts, whatever it searches. */
export const searchFields = {
  ...page,
  order: z.enum(['asc', 'desc']).optional(),
  sort: z.array(sortCondition).max(sortsMax).optional(),
  filters: z.array(filterCondition).max(filtersMax).optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
  status: recordStatus.optional(),
}

/**
 * Names that FlexPrice's clients send with any search. Where an answer has no place for one, it says nothing: they
 * ask for `plan` of a plan.
 */
const publishedNames = [
  'subscription_line_items',
  'subscription_line_items.meters',
  'prices',
  'entitlements',
  'plan',
  'subscription',
]

/**
 * `expand`: a comma-separated list of what is to be put into the answer. Other names are not built.
 *
 * @param built what an answer can have around each record
 * @param otherNames what else it is called by
 */
export function expand<const Name extends string>(
  built: readonly Name[],
  otherNames: Readonly<Record<string, readonly Name[]>> = {},
) {
  const meanings = new Map<string, readonly Name[]>([
    ...publishedNames.map((name) => [name, []] as const),
    ...built.map((name) => [name, [name]] as const),
    ...Object.entries(otherNames),
  ])
  return text(valueLengthMax)
    .check((context) => {
      for (const name of splitNames(context.value).filter((one) => !meanings.has(one))) {
        const message = `expanding ${JSON.stringify(name)} is not implemented`
        context.issues.push({
          code: 'custom',
          input: context.value,
          message,
          params: { code: notImplementedIssue },
        })
      }
    })
    .transform(
      (value): ReadonlySet<Name> => new Set(splitNames(value).flatMap((name) => meanings.get(name) ?? [])),
    )
    .optional()
}

function splitNames(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

export const pagination = z
  .object({
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
    /** Ours: the `cursor` of the next page; left out on the last one and in other orders. */
    next_cursor: z.string().optional(),
  })
  .meta({ id: 'PaginationResponse' })

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), pagination })
}
