import { contextHeader, traceHeader } from '@flexprice/contracts/workflows/context-header'
import type {
  Headers,
  WorkflowInboundCallsInterceptor,
  WorkflowInterceptors,
  WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow'

/**
 * Hands the caller's context and trace on, from the workflow's start to whatever it schedules. Runs in
 * the sandbox, once a workflow: a copy of two headers costs nothing, OpenTelemetry's interceptors 6–9 CPU-ms.
 * Adds no command, so it never changes a history.
 */
export function interceptors(): WorkflowInterceptors {
  const handedOn: Headers = {}
  return { inbound: [remember(handedOn)], outbound: [handOn(handedOn)] }
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
