import { listQueues } from '@flexprice/contracts/operations'
import { callerGone } from '../caller-gone.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'

export function listQueuesRoute(api: Api, { temporal }: Pick<Dependencies, 'temporal'>): void {
  api.route({
    ...routeOf(listQueues),
    async handler(_request, reply) {
      const queues = await temporal.queueStats(undefined, { signal: callerGone(reply) })
      return reply.send({
        items: queues.map((queue) => ({
          name: queue.taskQueue,
          workflow: queue.workflow,
          backlog: queue.backlog,
          backlog_age_ms: queue.oldestAgeMs,
          pollers: queue.pollers,
        })),
      })
    },
  })
}
