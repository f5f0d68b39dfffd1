import { CodedError, isCodedError } from '@flexprice/domain'
import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client'

const unavailableRetryAfterMs = 5_000
const overloadedRetryAfterMs = 2_000

// gRPC's status numbers; grpc-js is Temporal's dependency, not ours.
const grpcCancelled = 1
const grpcDeadlineExceeded = 4
const grpcNotFound = 5
const grpcPermissionDenied = 7
const grpcResourceExhausted = 8
const grpcUnavailable = 14
const grpcUnauthenticated = 16

/** A failure of Temporal's client as a coded error that names nothing of Temporal's inside. */
export function translateError(error: unknown): CodedError {
  if (isCodedError(error)) return error
  if (error instanceof WorkflowNotFoundError) {
    return new CodedError('not_found', `Workflow ${error.workflowId} does not exist`, { cause: error })
  }
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new CodedError('already_exists', `Workflow ${error.workflowId} is running already`, {
      details: { workflow_id: error.workflowId },
      cause: error,
    })
  }
  return fromGrpc(grpcStatus(error), error)
}

function fromGrpc(status: number | undefined, cause: unknown): CodedError {
  switch (status) {
    case grpcUnavailable:
    case grpcDeadlineExceeded:
    case grpcCancelled:
    // The key to Temporal is the operator's affair: to a caller the service is away.
    case grpcPermissionDenied:
    case grpcUnauthenticated:
      return new CodedError('service_unavailable', 'The workflow service cannot be reached', {
        retryAfterMs: unavailableRetryAfterMs,
        cause,
      })
    case grpcResourceExhausted:
      return new CodedError('too_many_requests', 'The workflow service is overloaded', {
        retryAfterMs: overloadedRetryAfterMs,
        cause,
      })
    case grpcNotFound:
      return new CodedError('not_found', 'The workflow does not exist', { cause })
    default:
      return new CodedError('internal_error', 'The workflow service failed', { cause })
  }
}

/** The status of the nearest gRPC error: Temporal's client wraps them. */
function grpcStatus(error: unknown): number | undefined {
  const depthMax = 5
  let nearest = error
  for (let depth = 0; depth < depthMax; depth++) {
    if (isGrpcServiceError(nearest)) return nearest.code
    if (!(nearest instanceof Error)) return undefined
    nearest = nearest.cause
  }
  return undefined
}
