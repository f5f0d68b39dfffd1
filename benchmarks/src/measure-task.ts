import { assert } from '@flexprice/domain'
import type { BenchStack } from './bench-stack.ts'
import { cpuSeconds, peakMemoryMb, resetPeakMemory } from './process-usage.ts'

export interface MeasuredTask<Result> {
  readonly wall_s: number
  /** PostgreSQL's and the workers'. */
  readonly cpu_s: number
  readonly server_cpu_s: number
  /** Of each worker, in their order. */
  readonly worker_cpu_s: readonly number[]
  /** Of the worker that held most. */
  readonly peak_rss_mb: number
  readonly result: Result
  readonly workflow_id: string
  readonly run_id: string
}

interface TaskResult<Result> {
  readonly status: string
  readonly result?: Result
}

/** Of 25 s each: ten million rows take their time. */
const waitsMax = 240

/**
 * Starts a workflow by HTTP and waits for its result, as a user does.
 *
 * @param task.workers all that poll its queue
 * @param meanwhile what is done to the stack once it has started
 */
export async function measureTask<Result>(
  stack: BenchStack,
  { workers, path, body }: { workers: readonly string[]; path: string; body?: object },
  meanwhile: () => Promise<void> = async () => {},
): Promise<MeasuredTask<Result>> {
  const usage = () => ({ server: cpuSeconds(stack.postmasterPid), workers: workers.map(stack.cpuOf) })
  for (const worker of workers) resetPeakMemory(stack.pidOf(worker))
  const before = usage()
  const started = performance.now()
  const { workflow_id, run_id } = await call<{ workflow_id: string; run_id: string }>(
    stack,
    'POST',
    path,
    body,
  )
  await meanwhile()
  const query = new URLSearchParams({ workflow_id, run_id, wait: '25s' })
  for (let wait = 0; wait < waitsMax; wait++) {
    const task = await call<TaskResult<Result>>(stack, 'GET', `/v1/tasks/result?${query}`)
    if (task.status === 'Running') continue
    const wall_s = (performance.now() - started) / 1000
    assert(task.status === 'Completed' && task.result, `the task ended ${task.status}`)
    const after = usage()
    const server_cpu_s = after.server - before.server
    const worker_cpu_s = after.workers.map((cpu, index) => cpu - (before.workers[index] ?? 0))
    return {
      wall_s,
      cpu_s: worker_cpu_s.reduce((sum, cpu) => sum + cpu, server_cpu_s),
      server_cpu_s,
      worker_cpu_s,
      peak_rss_mb: Math.max(...workers.map((worker) => peakMemoryMb(stack.pidOf(worker)))),
      result: task.result,
      workflow_id,
      run_id,
    }
  }
  throw new Error('The task does not end')
}

async function call<Answer>(stack: BenchStack, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(stack.gatewayUrl + path, {
    method,
    headers: {
      'x-api-key': stack.apiKey,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${text}`)
  // tidy: border — the product's own answer; its shape is the gateway's test, not the benchmark's.
  return JSON.parse(text) as Answer
}
