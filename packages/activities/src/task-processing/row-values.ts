import { parseRowJson } from '@flexprice/contracts/wire'
import { type FieldProblem, invalid } from '@flexprice/domain'

/** Which columns a file of CSV may have, by the fields of the entity's create request. */
export interface RowFields {
  /** Cells are taken as they are. */
  readonly texts: readonly string[]
  /** Cells are JSON: numbers, booleans, lists, objects. */
  readonly json: readonly string[]
  /** Objects of texts whose names may each have a column: `properties.bytes`. */
  readonly dotted: readonly string[]
  readonly required: readonly string[]
  /** Other names of columns, and what they mean: a field, or a path of one. */
  readonly aliases: Readonly<Record<string, string>>
}

export interface RowReader {
  readonly unknownColumns: readonly string[]
  /** The row as a request would have it; a cell that is empty is left out. */
  read(cells: readonly string[]): { readonly value: unknown } | { readonly problems: readonly FieldProblem[] }
}

interface Column {
  readonly index: number
  /** Of the field, and of what is in it. */
  readonly path: readonly string[]
  readonly isJson: boolean
}

/** @throws validation_error for a column that stands twice, and for one that is missing */
export function createRowReader(header: readonly string[], fields: RowFields): RowReader {
  const found = header.map((name, index) => columnOf(name, index, fields))
  const columns = found.filter((column) => column !== undefined)
  refuseDoubles(header, columns)
  const paths = new Set(columns.map(({ path }) => path[0]))
  const missing = fields.required.filter((field) => !paths.has(field))
  if (missing.length > 0) {
    throw invalid(missing.map((path) => ({ path, message: `has no column; there are ${header.join(', ')}` })))
  }
  return {
    unknownColumns: header.filter((_, index) => found[index] === undefined),
    read: (cells) => readRow(columns, cells),
  }
}

function columnOf(name: string, index: number, fields: RowFields): Column | undefined {
  const dot = name.indexOf('.')
  const head = lettersOf(dot === -1 ? name : name.slice(0, dot))
  if (dot !== -1) {
    const field = fields.dotted.find((one) => lettersOf(one) === head)
    return field === undefined ? undefined : { index, path: [field, name.slice(dot + 1)], isJson: false }
  }
  const named = (names: readonly string[]) => names.find((one) => lettersOf(one) === head)
  const text = named(fields.texts)
  if (text !== undefined) return { index, path: [text], isJson: false }
  const json = named(fields.json)
  if (json !== undefined) return { index, path: [json], isJson: true }
  const alias = named(Object.keys(fields.aliases))
  const path = alias === undefined ? undefined : fields.aliases[alias]
  return path === undefined ? undefined : { index, path: path.split('.'), isJson: false }
}

/** In any case, and whether its words are joined by `_`, `-`, a blank or nothing. */
function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function refuseDoubles(header: readonly string[], columns: readonly Column[]): void {
  const seen = new Map<string, number>()
  for (const { path, index } of columns) {
    const key = path.join('.')
    const before = seen.get(key)
    if (before !== undefined) {
      const message = `stands twice in the header: ${header[before]}, ${header[index]}`
      throw invalid([{ path: key, message }])
    }
    seen.set(key, index)
  }
}

function readRow(columns: readonly Column[], cells: readonly string[]): ReturnType<RowReader['read']> {
  const value: Record<string, unknown> = {}
  const problems: FieldProblem[] = []
  for (const { index, path, isJson } of columns) {
    const cell = cells[index] ?? ''
    if (cell === '') continue
    const read = isJson ? parseRowJson(cell) : { value: cell }
    if (read.problem !== undefined) problems.push({ path: path.join('.'), message: read.problem })
    else if (!place(value, path, read.value)) {
      problems.push({
        path: path.join('.'),
        message: 'is said by two columns, or stands in what is no object',
      })
    }
  }
  return problems.length > 0 ? { problems } : { value }
}

/** Puts it where the path leads; false where something is there. */
function place(
  into: Record<string, unknown>,
  [head = '', ...rest]: readonly string[],
  value: unknown,
): boolean {
  if (rest.length === 0) {
    const there = into[head]
    if (there === undefined) {
      define(into, head, value)
      return true
    }
    return isObject(there) && isObject(value) && mergeInto(there, value)
  }
  if (!Object.hasOwn(into, head)) define(into, head, {})
  const inner = into[head]
  return isObject(inner) && place(inner, rest, value)
}

function mergeInto(there: Record<string, unknown>, value: Record<string, unknown>): boolean {
  return Object.entries(value).every(([name, one]) => {
    if (Object.hasOwn(there, name)) return false
    define(there, name, one)
    return true
  })
}

/** As a value of its own, whatever its name: a column may be called `properties.__proto__`. */
function define(into: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
