import type { MeasuredTask } from '../measure-task.ts'
import { best, type Row, round } from '../report.ts'

export interface Billed {
  readonly subscriptions_billed: number
  readonly subscriptions_failed: number
  readonly invoices_finalized: number
}

export interface Usage {
  readonly wall_s: number
  readonly cpu_s: number
}

export type Run = MeasuredTask<Billed>

export function leastServer(runs: readonly Run[]): number {
  return round(Math.min(...runs.map(({ server_cpu_s }) => server_cpu_s)))
}

export function bestRun(runs: readonly Run[]): Row['product'] {
  return { ...best(runs), peak_rss_mb: Math.max(...runs.map(({ peak_rss_mb }) => peak_rss_mb)) }
}

export function compared(
  product: Row['product'],
  floor: Usage,
): Pick<Row, 'product' | 'floor' | 'ratio' | 'cpu_ratio'> {
  const cpu_ratio = floor.cpu_s === 0 ? null : round(product.cpu_s / floor.cpu_s, 2)
  return { product, floor: { ...floor }, ratio: round(product.wall_s / floor.wall_s), cpu_ratio }
}

/** Of the checks of several runs: one that failed once has failed. */
export function allHold(checks: readonly Row['checks'][]): Row['checks'] {
  const byName = Map.groupBy(checks.flatMap(Object.entries<boolean>), ([name]) => name)
  return Object.fromEntries([...byName].map(([name, found]) => [name, found.every(([, ok]) => ok)]))
}
