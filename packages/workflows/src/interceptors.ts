import { contextHeader, traceHeader } from '@flexprice/contracts/workflows/context-header'
import {
  ActivityFailure,
  ApplicationFailure,
  type Headers,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow'

/**
 * Hands the caller's context and trace on, from the workflow's start to whatever it schedules. Runs in
 * the sandbox, once a workflow: a copy of two headers costs nothing, OpenTelemetry's interceptors 6–9 CPU-ms.
 * Adds no command, so it never changes a history.
 */
export function interceptors(): WorkflowInterceptors {
  const handedOn: Headers = {}
  return { inbound: [remember(handedOn), refuse], outbound: [handOn(handedOn)] }
}

/**
 * A workflow that ends as its activity refused ends with that refusal itself, and not with the failure of an activity:
 * what is an answer is no alarm, and Temporal leaves it out of `temporal_workflow_failed` by its category.
 */
const refuse: WorkflowInboundCallsInterceptor = {
  async execute(input, next) {
    try {
      return await next(input)
    } catch (failure) {
      const cause = failure instanceof ActivityFailure ? failure.cause : undefined
      throw cause instanceof ApplicationFailure && cause.category === 'BENIGN' ? cause : failure
    }
  },
}

function remember(handedOn: Headers): WorkflowInboundCallsInterceptor {
  return {
    execute(input, next) {
      for (const name of [contextHeader, traceHeader]) {
        const value = input.headers[name]
        if (value !== undefined) handedOn[name] = value
      }
      return next(input)
    },
  }
}

function handOn(handedOn: Headers): WorkflowOutboundCallsInterceptor {
  return {
    scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...handedOn } }),
    scheduleLocalActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...handedOn } }),
    startChildWorkflowExecution: (input, next) =>
      next({ ...input, headers: { ...input.headers, ...handedOn } }),
    continueAsNew: (input, next) => next({ ...input, headers: { ...input.headers, ...handedOn } }),
  }
}
