/**
 * What every resource is made of on the wire: exact numbers, instants, problems by their path, searches, operations.
 */

export { dropUnknownFields } from './drop-unknown-fields.ts'
export { hasDuplicateNames } from './duplicate-names.ts'
export { type ErrorResponse, errorResponse, publishedErrorCode } from './error.ts'
export { ExactNumber } from './exact-number.ts'
export { refusalOf } from './field-problems.ts'
export { idempotencyKey } from './idempotency-key.ts'
export { instant, instantRule, parseInstant } from './instant.ts'
export { missingRecordProblem } from './missing-record.ts'
export { isNestedDeeper, jsonDepthMax } from './nesting.ts'
export { notBuiltFields, notImplementedIssue } from './not-built.ts'
export { largeBodyBytesMax, type Operation, type OperationSchema, operation } from './operation.ts'
export { needsExactJson, parseExactJson } from './parse-exact-json.ts'
export { parseRowJson } from './parse-row-json.ts'
export type { FilterCondition, SortCondition } from './search.ts'
export { problemsAsObject, wireDetails } from './wire-details.ts'
export { toWireSchema, type WireSchema } from './wire-schema.ts'
export {
  type WorkflowResultResponse,
  type WorkflowStatus,
  workflowStarted,
  workflowStatus,
} from './workflow-execution.ts'
