import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'

/** Where a command's words go: results to standard output, everything else to standard error. */
export interface Output {
  readonly json: boolean
  /** A result: the JSON text on one line, or what people read instead. */
  result(json: string | object, people: () => string): void
  /** What is good to know meanwhile; programs are not told. */
  note(text: string): void
  /** Standard error, if a person looks at it: where a progress bar can be drawn. */
  readonly terminal: NodeJS.WritableStream | undefined
}

export interface Streams {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

export function createOutput({ stdout, stderr }: Streams, options: { readonly json: boolean }): Output {
  return {
    json: options.json,
    terminal: stderr.isTTY === true ? stderr : undefined,
    result(json, people) {
      const text = typeof json === 'string' ? json : JSON.stringify(json)
      stdout.write(`${options.json ? text : people()}\n`)
    },
    note(text) {
      if (!options.json) stderr.write(`${text}\n`)
    },
  }
}

/** Rows below their headings, without lines: it can be piped into `awk`. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const grid = new Table({ head: headings.map((heading) => heading.toUpperCase()), ...plain })
  for (const row of rows) grid.push(row.map(cell))
  return trimmed(grid)
}

/**
 * A record's fields, one a line; those of a record in it by their path: `skipped_by_reason.ended`. Of a list of records,
 * or one that is long, each entry by its place from 0: `warnings.0.code`.
 */
export function fieldList(record: object): string {
  const grid = new Table(plain)
  for (const [name, value] of flattened(record, '')) grid.push([`${name}:`, cell(value)])
  return trimmed(grid)
}

/** Characters of a list of plain values that still stands on its field's line. */
const listLengthMax = 80

const plain = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
}

function trimmed(grid: { toString(): string }): string {
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

function* flattened(record: object, prefix: string): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(record)) {
    const path = `${prefix}${name}`
    if (value === undefined) continue
    if (isRecord(value) || isLongList(value)) yield* flattened(value, `${path}.`)
    else yield [path, value]
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function isLongList(value: unknown): value is unknown[] {
  return Array.isArray(value) && (value.some(isRecord) || JSON.stringify(value).length > listLengthMax)
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '-'
  if (value instanceof Date) return value.toISOString()
  // What a tenant wrote must not steer the operator's terminal.
  return stripVTControlCharacters(typeof value === 'object' ? JSON.stringify(value) : String(value))
}
