import { assert } from '@flexprice/domain'
import autocannon from 'autocannon'
import { cpuSeconds, peakMemoryMb, resetPeakMemory } from '../process-usage.ts'

export interface Load {
  readonly url: string
  /** The server whose CPU and memory are measured. */
  readonly pid: number
  readonly method: 'GET' | 'POST'
  /** The path of each connection: all of its requests go there. */
  readonly paths: readonly string[]
  readonly requests: number
  readonly headers?: Record<string, string>
  /** The body of each request, in their order; none without. */
  readonly bodies?: readonly string[]
  /** 64 unless told. */
  readonly connections?: number
}

export interface MeasuredLoad {
  readonly wall_s: number
  readonly cpu_s: number
  readonly peak_rss_mb: number
  readonly p99_ms: number
  readonly allAnswered: boolean
}

export const connections = 64

/** Sends so many requests over the connections, each as soon as its last one is answered. */
export async function measureLoad(load: Load): Promise<MeasuredLoad> {
  const { url, pid, method, paths, requests, headers = {}, bodies } = load
  assert(paths.length > 0, 'a load has a path')
  resetPeakMemory(pid)
  const cpuBefore = cpuSeconds(pid)
  const started = performance.now()
  let connection = 0
  let next = 0
  // Autocannon itself looks once a second whether it is done.
  let ended = started
  const result = await autocannon({
    url,
    connections: Math.min(load.connections ?? connections, requests),
    amount: requests,
    headers,
    setupClient(client) {
      const path = paths[connection++ % paths.length] ?? ''
      const request = { method, path, headers }
      client.setRequests([
        bodies === undefined
          ? request
          : { ...request, setupRequest: (one) => ({ ...one, body: bodies[next++ % bodies.length] ?? '' }) },
      ])
      client.on('response', () => {
        ended = performance.now()
      })
    },
  })
  const wall_s = (ended - started) / 1000
  return {
    wall_s,
    cpu_s: cpuSeconds(pid) - cpuBefore,
    peak_rss_mb: peakMemoryMb(pid),
    p99_ms: result.latency.p99,
    allAnswered: result['2xx'] === requests && result.errors === 0,
  }
}
