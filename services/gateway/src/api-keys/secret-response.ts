import type { SecretResponse } from '@flexprice/contracts/tenancy'
import { type ApiKeyRow, apiKeyStatus } from '@flexprice/database/tenancy'

export function secretResponse(row: ApiKeyRow, now: Date): SecretResponse {
  return {
    id: row.id,
    name: row.name,
    type: 'private_key',
    provider: 'flexprice',
    display_id: row.display_id,
    status: apiKeyStatus(row, now),
    user_id: row.user_id,
    // A key stands for a program: there are no people among our records.
    user_type: 'service_account',
    roles: [],
    created_at: row.created_at,
    updated_at: row.updated_at,
    expires_at: row.expires_at ?? undefined,
    last_used_at: row.last_used_at ?? undefined,
    successor_key_id: row.successor_key_id ?? undefined,
  }
}
