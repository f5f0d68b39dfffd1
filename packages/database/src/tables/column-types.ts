/**
 * The type that values of a column are cast to where `insertRecords` writes it, by its name, which means the same
 * in every table (the test). Without an entry it is text: PostgreSQL refuses that for a column of another type.
 */
export function columnType(name: string): string {
  return columnTypes.get(name) ?? 'text'
}

const namesByType = {
  bigint: ['divide_by', 'min_quantity', 'sequence', 'synced_price_sequence'],
  boolean: ['is_credit', 'is_voided', 'replayed'],
  integer: [
    'billing_period_count',
    'billing_sequence',
    'items_processed',
    'items_total',
    'position',
    'revision',
    'trial_period_days',
    'version',
  ],
  json: ['lines'],
  jsonb: [
    'draft_request',
    'error',
    'explanation',
    'filter_values',
    'metadata',
    'prices',
    'request',
    'tiers',
    'warnings',
  ],
  numeric: [
    'adjustment_amount',
    'after',
    'amount',
    'amount_due',
    'amount_paid',
    'amount_remaining',
    'before',
    'discount',
    'invoice_level_discount',
    'line_item_discount',
    'overpaid_amount',
    'paid_before',
    'prepaid_credits_applied',
    'quantity',
    'refunded_amount',
    'remaining_amount',
    'subtotal',
    'tax',
    'total',
    'total_amount',
    'total_discount',
    'total_prepaid_credits_applied',
    'total_tax',
  ],
  pg_snapshot: ['usage_snapshot'],
  timestamptz: [
    'activated_at',
    'adjusted_at',
    'billing_anchor',
    'changed_at',
    'created_at',
    'current_period_end',
    'current_period_start',
    'due_date',
    'end_date',
    'finalize_at',
    'finalized_at',
    'issue_date',
    'last_computed_at',
    'next_billing_at',
    'paid_at',
    'period_end',
    'period_start',
    'start_date',
    'stored_at',
    'succeeded_at',
    'trial_end',
    'trial_start',
    'updated_at',
    'voided_at',
  ],
} as const

/** All but texts. */
export const columnTypes: ReadonlyMap<string, string> = new Map(
  Object.entries(namesByType).flatMap(([type, names]) => names.map((name) => [name, type])),
)
