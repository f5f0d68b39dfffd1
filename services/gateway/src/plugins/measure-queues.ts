import type { QueueStats } from '@flexprice/temporal-client'
import type { Dependencies } from '../dependencies.ts'

/**
 * What waits in each task queue, asked of Temporal at each scrape: here, as a queue without a worker
 * would have nobody else to tell of its backlog. While Temporal is away the series are absent, not zero.
 */
export function measureQueues({ metrics, temporal }: Pick<Dependencies, 'metrics' | 'temporal'>): void {
  const readings: Readonly<Record<string, readonly [help: string, read: (queue: QueueStats) => number]>> = {
    task_queue_backlog: ['Tasks that wait in the queue', ({ backlog }) => backlog],
    task_queue_oldest_seconds: [
      'How long the oldest task has waited',
      ({ oldestAgeMs }) => oldestAgeMs / msPerSecond,
    ],
    task_queue_pollers: ['Workers that ask the queue for work', ({ pollers }) => pollers],
  }
  const ask = sharedQuestion(() => temporal.queueStats(undefined, { timeoutMs }).catch(() => []))
  for (const [name, [help, read]] of Object.entries(readings)) {
    metrics.gauge({
      name,
      help,
      labels: ['queue'],
      collect: async (gauge) => {
        const queues = await ask()
        gauge.reset()
        for (const queue of queues) gauge.set({ queue: queue.taskQueue }, read(queue))
      },
    })
  }
}

const timeoutMs = 2_000
const msPerSecond = 1_000

/** All gauges of one scrape share its question. */
function sharedQuestion<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let asked: Promise<Answer> | undefined
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return asked
  }
}
