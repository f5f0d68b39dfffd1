import { type Logger, runInWorkContext } from '@flexprice/observability'
import type { Context } from '@temporalio/activity'
import type { ActivityInterceptors, ActivityInterceptorsFactory } from '@temporalio/worker'
import { activityFailure, isUnexpected } from './activity-failure.ts'
import { runInScope, scopeFromHeaders } from './activity-scope.ts'

/**
 * Gives each activity its caller's scope and its log lines their ids, and translates what it throws.
 *
 * @param withoutScope the activities, by name, that are of no tenant: a schedule's tick
 */
export function createActivityInterceptor(
  logger: Logger,
  withoutScope: readonly string[] = [],
): ActivityInterceptorsFactory {
  return (context): ActivityInterceptors => ({
    inbound: {
      async execute(input, next) {
        const { cancellationSignal } = context
        try {
          if (withoutScope.includes(context.info.activityType)) {
            return await runInWorkContext(workIds(context), () => next(input))
          }
          const scope = scopeFromHeaders(input.headers)
          const { tenantId, environmentId, requestId } = scope
          const ids = { tenantId, environmentId, requestId, ...workIds(context) }
          return await runInScope(scope, () => runInWorkContext(ids, () => next(input)))
        } catch (error) {
          // Temporal's own log line shows the translated failure; this is the one place that has the original.
          if (isUnexpected(error)) {
            const activity = context.info.activityType
            logger.error(
              {
                'event.action': 'activity-failed-unexpectedly',
                err: error,
                temporal: { activity, ...workIds(context) },
              },
              'An activity failed in a way that nobody expected',
            )
          }
          throw activityFailure(error, cancellationSignal)
        }
      },
    },
  })
}

function workIds({ info }: Context) {
  return {
    workflowId: info.workflowExecution?.workflowId,
    runId: info.workflowExecution?.runId,
    activityId: info.activityId,
  }
}
