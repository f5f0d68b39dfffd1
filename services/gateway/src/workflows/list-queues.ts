import { listQueues } from '@flexprice/contracts/operations'
import { callerGone } from '../caller-gone.ts'
import type { Dependencies } from '../dependencies.ts'
import { callerScope } from '../plugins/authenticate.ts'
import { type Api, routeOf } from '../route.ts'

export function listQueuesRoute(api: Api, { temporal }: Pick<Dependencies, 'temporal'>): void {
  api.route({
    ...routeOf(listQueues),
    async handler(request, reply) {
      const options = { signal: callerGone(reply) }
      const queues = await temporal.runningWorkflows(callerScope(request), undefined, options)
      return reply.send({
        items: queues.map(({ taskQueue, workflow, running, since }) => ({
          name: taskQueue,
          workflow,
          running,
          ...(since && { running_since: since }),
        })),
      })
    },
  })
}
