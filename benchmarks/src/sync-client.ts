import type { BenchStack } from './bench-stack.ts'
import { type MeasuredTask, measureTask } from './measure-task.ts'
import { cpuSeconds } from './process-usage.ts'

export interface SyncOutcome {
  readonly subscriptions_processed: number
  readonly subscriptions_unchanged: number
  readonly prices_added: number
  readonly prices_removed: number
  readonly prices_skipped: number
}

export type MeasuredSync = MeasuredTask<SyncOutcome>

/** Asks for a sync by HTTP and waits for its result, as a user does. */
export function measureSync(stack: BenchStack, planId: string): Promise<MeasuredSync> {
  return measureTask<SyncOutcome>(stack, {
    workers: ['worker-price-sync'],
    path: `/v1/plans/${planId}/sync/subscriptions`,
  })
}

/** Runs a floor's statement under the product's role, and measures the server. */
export async function measureFloor(
  stack: BenchStack,
  statement: { text: string; values: readonly unknown[] },
): Promise<{ wall_s: number; cpu_s: number; rows: number }> {
  const before = cpuSeconds(stack.postmasterPid)
  const started = performance.now()
  const { rowCount } = await stack.app.query({ text: statement.text, values: [...statement.values] })
  const wall_s = (performance.now() - started) / 1000
  return { wall_s, cpu_s: cpuSeconds(stack.postmasterPid) - before, rows: rowCount ?? 0 }
}
