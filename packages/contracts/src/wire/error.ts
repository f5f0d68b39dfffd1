import { type ErrorCode, wireCode } from '@flexprice/domain'
import { z } from 'zod'
import { problemsByPath } from './wire-details.ts'

/** Codes of the published contract. */
export const wireErrorCode = z.enum([
  'http_client_error',
  'system_error',
  'internal_error',
  'not_found',
  'already_exists',
  'version_conflict',
  'validation_error',
  'invalid_operation',
  'permission_denied',
  'database_error',
  'service_unavailable',
  'too_many_requests',
  'not_implemented',
])

/** A code of ours as the contract spells it; a test goes through all of them. */
export function publishedErrorCode(code: ErrorCode): z.output<typeof wireErrorCode> {
  return wireErrorCode.parse(wireCode(code))
}

export const errorDetails = z.looseObject({ fields: problemsByPath.optional() })

/** The body of every answer that is not a success. `details.fields` names each bad field by its path. */
export const errorResponse = z
  .object({
    code: wireErrorCode,
    message: z.string(),
    http_status_code: z.int(),
    details: errorDetails.optional(),
    request_id: z.string(),
  })
  .meta({ id: 'ErrorResponse' })
export type ErrorResponse = z.output<typeof errorResponse>

export const successResponse = z.object({ message: z.string() }).meta({ id: 'SuccessResponse' })
