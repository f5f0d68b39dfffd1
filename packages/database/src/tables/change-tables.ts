import type { Audited, Json } from './row-types.ts'

export type ChangeKind =
  | 'plan_change'
  | 'quantity_change'
  | 'line_item_change'
  | 'lines'
  | 'cancellation'
  | 'pause'
  | 'resume'
  | 'trial_end'

/** A change of a running subscription that was made. */
export interface SubscriptionChangeTable extends Audited {
  id: string
  environment_id: string
  subscription_id: string
  kind: ChangeKind
  idempotency_key: string | null
  request_hash: string | null
  effective_at: Date
  from_plan_id: string
  to_plan_id: string
  proration_behavior: 'create_prorations' | 'none'
  currency: string
  /** What was charged beyond what was credited; below 0 it came back. */
  net_amount: string
  /** What whoever asked was answered. */
  result: Json<Readonly<Record<string, unknown>>>
}
