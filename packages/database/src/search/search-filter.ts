import type { FieldProblem } from '@flexprice/domain'
import { parseNumber } from '@flexprice/domain/money'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { FieldType, SearchField, SearchFields } from './search-fields.ts'

/** A free condition of a list, as the contract's `FilterCondition` has it. */
export interface FilterCondition {
  readonly field?: string | undefined
  readonly operator?: FilterOperator | undefined
  readonly data_type?: 'string' | 'number' | 'date' | 'array' | undefined
  readonly value?: FilterValue | undefined
}

export type FilterOperator =
  | 'eq'
  | 'contains'
  | 'not_contains'
  | 'gt'
  | 'lt'
  | 'gte'
  | 'in'
  | 'not_in'
  | 'before'
  | 'after'

export interface FilterValue {
  readonly string?: string | undefined
  /** A decimal text keeps what a float would lose. */
  readonly number?: number | string | undefined
  readonly boolean?: boolean | undefined
  readonly date?: Date | undefined
  readonly array?: readonly string[] | undefined
}

export type FilterResult =
  | { readonly ok: true; readonly condition: RawBuilder<SqlBool> }
  | { readonly ok: false; readonly problem: FieldProblem }

const operators: Readonly<Record<FieldType, readonly FilterOperator[]>> = {
  text: ['eq', 'contains', 'not_contains', 'in', 'not_in'],
  number: ['eq', 'gt', 'gte', 'lt', 'in', 'not_in'],
  instant: ['eq', 'before', 'after', 'gt', 'gte', 'lt'],
}
const valuesMax = 1_000

/**
 * One condition as SQL, its values as parameters; or what is wrong with it, by its path. A row
 * whose field is empty fits `not_in` and `not_contains`, and no other operator.
 */
export function filterCondition(filter: FilterCondition, path: string, fields: SearchFields): FilterResult {
  const field = fields.get(filter.field ?? '')
  if (!field) return wrong(`${path}.field`, `must be one of ${[...fields.keys()].sort().join(', ')}`)
  const { operator } = filter
  if (!operator || !operators[field.type].includes(operator)) {
    return wrong(`${path}.operator`, `must be one of ${operators[field.type].join(', ')} for ${filter.field}`)
  }
  const needed = neededDataType(field.type, operator)
  if (filter.data_type !== undefined && filter.data_type !== needed) {
    return wrong(`${path}.data_type`, `must be ${needed} for ${operator} of ${filter.field}`)
  }
  const value = filter.value?.[needed]
  if (value === undefined)
    return wrong(`${path}.value.${needed}`, `is required for ${operator} of ${filter.field}`)
  const message = valueProblem(field.type, value)
  if (message) return wrong(`${path}.value.${needed}`, message)
  return { ok: true, condition: comparison(field, operator, value) }
}

type Value = string | number | Date | readonly string[]

function wrong(path: string, message: string): FilterResult {
  return { ok: false, problem: { path, message } }
}

function neededDataType(type: FieldType, operator: FilterOperator): 'string' | 'number' | 'date' | 'array' {
  if (operator === 'in' || operator === 'not_in') return 'array'
  if (type === 'number') return 'number'
  return type === 'instant' ? 'date' : 'string'
}

function valueProblem(type: FieldType, value: Value): string | undefined {
  if (value instanceof Date) return undefined
  if (typeof value === 'object' && value.length > valuesMax) return `must have at most ${valuesMax} values`
  if (type !== 'number') return undefined
  const numbers = typeof value === 'object' ? value : [String(value)]
  return numbers.every((text) => parseNumber(text)) ? undefined : 'must be a decimal number'
}

function comparison(
  { column, type, lower }: SearchField,
  operator: FilterOperator,
  value: Value,
): RawBuilder<SqlBool> {
  const one = sql`${value}::${casts[type]}`
  const all = sql`${value}::${casts[type]}[]`
  const same = lower ?? column
  switch (operator) {
    case 'eq':
      return sql`${same} = ${lower ? sql`lower(${one})` : one}`
    case 'gt':
    case 'after':
      return sql`${column} > ${one}`
    case 'gte':
      return sql`${column} >= ${one}`
    case 'lt':
    case 'before':
      return sql`${column} < ${one}`
    case 'in':
      return sql`${same} = any(${lower ? lowered(all) : all})`
    case 'not_in':
      return sql`(${same} <> all(${lower ? lowered(all) : all})) is not false`
    case 'contains':
      return sql`${column} ilike ${containing(String(value))}`
    case 'not_contains':
      return sql`(${column} not ilike ${containing(String(value))}) is not false`
  }
}

function lowered(texts: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select coalesce(array_agg(lower(text)), '{}') from unnest(${texts}) text)::text[]`
}

const casts: Readonly<Record<FieldType, RawBuilder<unknown>>> = {
  text: sql`text`,
  number: sql`numeric`,
  instant: sql`timestamptz`,
}

/** The text anywhere, with nothing in it read as a wildcard. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`
}
