import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** One row of a benchmark: the product and its floor on the same data, in the same run. */
export interface Row {
  readonly scenario: string
  readonly size: string
  readonly product: { readonly wall_s: number; readonly cpu_s: number; readonly peak_rss_mb: number }
  readonly floor: { readonly wall_s: number; readonly cpu_s: number }
  readonly ratio: number
  /** Of the server's CPU seconds, and the worker's where the scenario says so; null where there is too little of it. */
  readonly cpu_ratio: number | null
  readonly goal: string
  readonly checks: Readonly<Record<string, boolean>>
}

/** The best of several runs, by wall time and by CPU each on its own. */
export function best(runs: readonly { wall_s: number; cpu_s: number }[]): { wall_s: number; cpu_s: number } {
  return {
    wall_s: round(Math.min(...runs.map((run) => run.wall_s))),
    cpu_s: round(Math.min(...runs.map((run) => run.cpu_s))),
  }
}

export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits))
}

/** How rows of one kind are shown; what failed of a row's checks comes last. */
export interface Table<One extends Checked> {
  readonly columns: readonly string[]
  cells(row: One): readonly (string | number)[]
}

export interface Checked {
  readonly checks: Readonly<Record<string, boolean>>
}

export function tableHead({ columns }: Pick<Table<never>, 'columns'>): string {
  return [tableLine([...columns, 'checks']), `|${'---|'.repeat(columns.length + 1)}`].join('\n')
}

export function tableRow<One extends Checked>(table: Table<One>, row: One): string {
  const failed = Object.entries(row.checks).filter(([, ok]) => !ok)
  const checks = failed.length === 0 ? 'ok' : `FAILED: ${failed.map(([name]) => name).join(', ')}`
  return tableLine([...table.cells(row), checks])
}

function tableLine(cells: readonly (string | number)[]): string {
  return ['', ...cells, ''].join(' | ').trim()
}

export const speedTable: Table<Row> = {
  columns: [
    'scenario',
    'size',
    'product: wall, CPU, peak memory',
    'floor: wall, CPU',
    'ratio (wall)',
    'ratio (CPU)',
    'goal',
  ],
  cells: ({ scenario, size, product, floor, ratio, cpu_ratio, goal }) => [
    scenario,
    size,
    `${product.wall_s} s, ${product.cpu_s} s, ${product.peak_rss_mb} MB`,
    `${floor.wall_s} s, ${floor.cpu_s} s`,
    round(ratio, 2),
    cpu_ratio ?? '–',
    goal,
  ],
}

const page = path.resolve(import.meta.dirname, '../../docs/speed.md')

/**
 * Puts the table between the page's marks of that benchmark, so that no figure there is typed by hand; of a size that has
 * marks of its own, between those.
 */
export function writeSpeedTable(name: string, size: string, lines: readonly string[]): void {
  const text = readFileSync(page, 'utf8')
  const own = `${name}:${size}`
  const marked = text.includes(`<!-- bench:${own} -->`) ? own : name
  const [start, end] = [`<!-- bench:${marked} -->`, `<!-- /bench:${marked} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/speed.md has no marks ${start} … ${end}`)
  writeFileSync(page, text.slice(0, from) + [start, ...lines, ''].join('\n') + text.slice(to))
}
