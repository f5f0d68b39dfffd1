import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordStatus } from '../wire/record-fields.ts'
import { listOf, queryPage } from '../wire/search.ts'
import { identifier, name } from '../wire/text.ts'

const overlapSecondsDefault = 24 * 3_600
/** How long a key that is rotated may work on. */
export const overlapSecondsMax = 30 * 24 * 3_600

const secretType = z.enum(['private_key', 'publishable_key', 'integration'])

export const createApiKeyRequest = z.strictObject({
  name: name.min(1),
  type: notBuiltValues(secretType, ['publishable_key', 'integration']),
  expires_at: instant.optional(),
  service_account_id: notBuilt(identifier),
})

/** Ours. The new key works at once, the old one for this long on. */
export const rotateApiKeyRequest = z.strictObject({
  overlap_seconds: z.int().min(0).max(overlapSecondsMax).default(overlapSecondsDefault),
})

/** Published: it works. Archived: it has expired. Deleted: it was revoked. */
export const apiKeyFilter = z.strictObject({
  ...queryPage,
  status: z
    .string()
    .pipe(recordStatus)
    .optional()
    // The contract has plain text here; the three values are what it means.
    .meta({ type: 'string', enum: undefined }),
})

/** A key, never with its secret. */
export const secretResponse = z
  .object({
    id: z.string(),
    name: z.string(),
    type: secretType,
    provider: z.enum([
      'flexprice',
      'stripe',
      's3',
      'gcs',
      'hubspot',
      'razorpay',
      'chargebee',
      'quickbooks',
      'zoho_books',
      'nomod',
      'moyasar',
      'paddle',
      'whop',
      'tabs',
      'aws_marketplace',
      'gcp_marketplace',
      'azure_marketplace',
    ]),
    /** A few characters of the secret, by which its holder knows it again. */
    display_id: z.string(),
    status: recordStatus,
    user_id: z.string(),
    user_type: z.enum(['user', 'service_account']),
    roles: z.array(z.string()),
    service_account_name: z.string().optional(),
    created_at: instant,
    updated_at: instant,
    expires_at: instant.optional(),
    /** To the minute. */
    last_used_at: instant.optional(),
    /** Ours: the key that a rotation made in its place. */
    successor_key_id: z.string().optional(),
  })
  .meta({ id: 'SecretResponse' })
export type SecretResponse = z.output<typeof secretResponse>

/** `api_key` is the secret: it is shown here, once. */
export const createApiKeyResponse = z
  .object({ api_key: z.string(), secret: secretResponse })
  .meta({ id: 'CreateAPIKeyResponse' })

export const rotateApiKeyResponse = z
  .object({ ...createApiKeyResponse.shape, rotated: secretResponse })
  .meta({ id: 'RotateAPIKeyResponse' })

export const listSecretsResponse = listOf(secretResponse).meta({ id: 'ListSecretsResponse' })
