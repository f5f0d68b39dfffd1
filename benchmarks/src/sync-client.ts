import { assert } from '@flexprice/domain'
import type { BenchStack } from './bench-stack.ts'
import { cpuSeconds, peakMemoryMb, resetPeakMemory } from './process-usage.ts'

export interface SyncOutcome {
  readonly subscriptions_processed: number
  readonly subscriptions_unchanged: number
  readonly prices_added: number
  readonly prices_removed: number
  readonly prices_skipped: number
}

export interface MeasuredSync {
  readonly wall_s: number
  /** PostgreSQL's and the worker's. */
  readonly cpu_s: number
  readonly server_cpu_s: number
  readonly peak_rss_mb: number
  readonly result: SyncOutcome
}

interface TaskResult {
  readonly status: string
  readonly result?: SyncOutcome
}

const worker = 'worker-price-sync'
const waitsMax = 60

/** Asks for a sync by HTTP and waits for its result, as a user does. */
export async function measureSync(stack: BenchStack, planId: string): Promise<MeasuredSync> {
  resetPeakMemory(stack.pidOf(worker))
  const before = usage(stack)
  const started = performance.now()
  const { workflow_id, run_id } = await call<{ workflow_id: string; run_id: string }>(
    stack,
    'POST',
    `/v1/plans/${planId}/sync/subscriptions`,
  )
  const query = new URLSearchParams({ workflow_id, run_id, wait: '25s' })
  for (let wait = 0; wait < waitsMax; wait++) {
    const task = await call<TaskResult>(stack, 'GET', `/v1/tasks/result?${query}`)
    if (task.status === 'RUNNING') continue
    const wall_s = (performance.now() - started) / 1000
    assert(task.status === 'COMPLETED' && task.result, `the sync ended ${task.status}`)
    const after = usage(stack)
    return {
      wall_s,
      cpu_s: after.server + after.worker - before.server - before.worker,
      server_cpu_s: after.server - before.server,
      peak_rss_mb: peakMemoryMb(stack.pidOf(worker)),
      result: task.result,
    }
  }
  throw new Error('The sync does not end')
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

function usage(stack: BenchStack): { server: number; worker: number } {
  return { server: cpuSeconds(stack.postmasterPid), worker: cpuSeconds(stack.pidOf(worker)) }
}

async function call<Answer>(stack: BenchStack, method: string, path: string): Promise<Answer> {
  const response = await fetch(stack.gatewayUrl + path, { method, headers: { 'x-api-key': stack.apiKey } })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${text}`)
  // tidy: border — the product's own answer; its shape is the gateway's test, not the benchmark's.
  return JSON.parse(text) as Answer
}
