import type { Generated } from 'kysely'
import type { Audited, JsonWithDefault, Metadata, RecordStatus } from './row-types.ts'

export interface PaymentTable extends Audited {
  id: string
  environment_id: string
  invoice_id: string
  customer_id: string
  idempotency_key: string | null
  request_hash: string | null
  payment_method_type: 'OFFLINE' | 'CREDITS'
  payment_status: 'INITIATED' | 'SUCCEEDED' | 'FAILED' | 'VOIDED'
  currency: string
  amount: string
  error_message: string | null
  metadata: JsonWithDefault<Metadata>
  succeeded_at: Date | null
  failed_at: Date | null
  voided_at: Date | null
  status: Generated<RecordStatus>
}
