import { z } from 'zod'
import { tenantResponse } from './tenant.ts'

/** What is known of the user that a key acts for. Name and e-mail come with users as records of their own. */
export const userResponse = z
  .object({
    id: z.string(),
    type: z.enum(['user', 'service_account']),
    email: z.string().optional(),
    name: z.string().optional(),
    /** None is every right: there are no narrower ones yet. */
    roles: z.array(z.string()),
    metadata: z.record(z.string(), z.string()),
    tenant: tenantResponse,
  })
  .meta({ id: 'UserResponse' })
