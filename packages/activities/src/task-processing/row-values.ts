import type { CellKind, FileColumns } from '@flexprice/contracts/imports'
import { parseRowJson } from '@flexprice/contracts/wire'
import { type FieldProblem, invalid } from '@flexprice/domain'

export interface RowReader {
  readonly unknownColumns: readonly string[]
  /** The row as a request would have it; a cell that is empty is left out. */
  read(cells: readonly string[]): { readonly value: unknown } | { readonly problems: readonly FieldProblem[] }
}

interface Column {
  readonly index: number
  /** Of the field, and of what is in it. */
  readonly path: readonly string[]
  readonly kind: CellKind
}

/** @throws validation_error for a column that stands twice, and for one that is missing */
export function createRowReader(header: readonly string[], file: FileColumns): RowReader {
  const found = header.map((name, index) => columnOf(name, index, file))
  const columns = found.filter((column) => column !== undefined)
  refuseDoubles(header, columns)
  const paths = new Set(columns.map(({ path }) => path[0]))
  // A row that says which record it means may leave out what a new one has to have.
  const missing = paths.has('id') ? [] : file.required.filter((field) => !paths.has(field))
  if (missing.length > 0) {
    throw invalid(missing.map((path) => ({ path, message: `has no column; there are ${header.join(', ')}` })))
  }
  return {
    unknownColumns: header.filter((_, index) => found[index] === undefined),
    read: (cells) => readRow(columns, cells),
  }
}

function columnOf(name: string, index: number, { columns, aliases }: FileColumns): Column | undefined {
  const letters = lettersOf(name)
  const named = (names: readonly string[]) => names.find((one) => lettersOf(one) === letters)
  const alias = named(Object.keys(aliases))
  const path = named(Object.keys(columns)) ?? (alias === undefined ? undefined : aliases[alias])
  if (path !== undefined) return { index, path: path.split('.'), kind: columns[path] ?? 'text' }
  const dot = name.indexOf('.')
  if (dot === -1) return undefined
  const head = lettersOf(name.slice(0, dot))
  const field = Object.keys(columns).find((one) => columns[one] === 'texts' && lettersOf(one) === head)
  return field === undefined ? undefined : { index, path: [field, name.slice(dot + 1)], kind: 'text' }
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
  for (const { index, path, kind } of columns) {
    const cell = cells[index] ?? ''
    if (cell === '') continue
    const read = readCell(cell, kind)
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

/** What is no number is left to the schema, which says so by its field. */
function readCell(cell: string, kind: CellKind): ReturnType<typeof parseRowJson> {
  if (kind === 'text' || (kind === 'number' && !jsonNumber.test(cell))) return { value: cell }
  return parseRowJson(cell)
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** Puts it where the path leads, from its part `at` on; false where something is there. */
function place(into: Record<string, unknown>, path: readonly string[], value: unknown, at = 0): boolean {
  const name = path[at] ?? ''
  const isLast = at === path.length - 1
  if (!Object.hasOwn(into, name)) {
    if (isLast) {
      define(into, name, value)
      return true
    }
    define(into, name, {})
  }
  const there = into[name]
  if (!isObject(there)) return false
  return isLast ? isObject(value) && mergeInto(there, value) : place(there, path, value, at + 1)
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
  if (name !== '__proto__') into[name] = value
  else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
