import type { Audited, Json, JsonWithDefault, Metadata } from './row-types.ts'

/** What is to be done at a boundary, and what was done: as whoever executes a kind of schedule reads it. */
export type ScheduleDetails = Readonly<Record<string, unknown>>

export interface SubscriptionScheduleTable extends Audited {
  id: string
  environment_id: string
  subscription_id: string
  schedule_type: 'plan_change' | 'cancellation'
  schedule_status: 'pending' | 'executed' | 'failed' | 'cancelled' | 'superseded'
  scheduled_at: Date
  configuration: Json<ScheduleDetails>
  execution_result: Json<ScheduleDetails | null> | null
  error_code: string | null
  error_message: string | null
  executed_at: Date | null
  billing_run_id: string | null
  cancelled_at: Date | null
  metadata: JsonWithDefault<Metadata>
}
