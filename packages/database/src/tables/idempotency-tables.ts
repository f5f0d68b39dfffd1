import type { Generated } from 'kysely'

export interface IdempotencyKeyTable {
  environment_id: string
  key: string
  fingerprint: Buffer
  created_at: Generated<Date>
  answer_status: number | null
  answer_body: string | null
}
