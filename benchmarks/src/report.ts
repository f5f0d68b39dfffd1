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

export function printRow(row: Row, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(row)}\n` : `${tableRow(row)}\n`)
}

export const tableHead = [
  '| scenario | size | product: wall, CPU, peak memory | floor: wall, CPU | ratio (wall) | ratio (CPU) | goal | checks |',
  '|---|---|---|---|---|---|---|---|',
].join('\n')

function tableRow(row: Row): string {
  const { product, floor } = row
  const failed = Object.entries(row.checks).filter(([, ok]) => !ok)
  return [
    '',
    row.scenario,
    row.size,
    `${product.wall_s} s, ${product.cpu_s} s, ${product.peak_rss_mb} MB`,
    `${floor.wall_s} s, ${floor.cpu_s} s`,
    round(row.ratio, 2),
    row.cpu_ratio ?? '–',
    row.goal,
    failed.length === 0 ? 'ok' : `FAILED: ${failed.map(([name]) => name).join(', ')}`,
    '',
  ]
    .join(' | ')
    .trim()
}

const page = path.resolve(import.meta.dirname, '../../docs/speed.md')

/** Puts the table between the page's marks of that benchmark, so that no figure there is typed by hand. */
export function writeSpeedTable(name: string, rows: readonly Row[]): void {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/speed.md has no marks ${start} … ${end}`)
  const table = [start, tableHead, ...rows.map(tableRow), ''].join('\n')
  writeFileSync(page, text.slice(0, from) + table + text.slice(to))
}
