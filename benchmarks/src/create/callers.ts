import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { cpuSeconds, peakMemoryMb, resetPeakMemory } from '../process-usage.ts'

export interface MeasuredCalls {
  readonly wall_s: number
  /** Of PostgreSQL. */
  readonly cpu_s: number
  readonly peak_rss_mb: number
  readonly p50_ms: number
}

const creationWorker = 'worker-subscription-creation'

/** So many calls by so many callers, each beginning its next call when its last one is answered. */
export async function measureCalls(
  stack: BenchStack,
  { calls, callers, worker = creationWorker }: { calls: number; callers: number; worker?: string },
  call: (index: number) => Promise<unknown>,
): Promise<MeasuredCalls> {
  const pid = stack.pidOf(worker)
  resetPeakMemory(pid)
  const before = cpuSeconds(stack.postmasterPid)
  const started = performance.now()
  const latencies: number[] = []
  let next = 0
  const caller = async () => {
    while (next < calls) {
      const index = next++
      const asked = performance.now()
      await call(index)
      latencies.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  const wall_s = (performance.now() - started) / 1000
  const p50_ms = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)]
  assert(p50_ms !== undefined, 'there was a call')
  return {
    wall_s,
    cpu_s: cpuSeconds(stack.postmasterPid) - before,
    peak_rss_mb: peakMemoryMb(pid),
    p50_ms: Math.round(p50_ms),
  }
}
