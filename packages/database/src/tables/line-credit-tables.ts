import type { Audited } from './row-types.ts'

/** What a change, a cancellation, a pause or an edit of lines credits of a line that was billed. */
export interface LineCreditTable extends Audited {
  id: string
  environment_id: string
  subscription_id: string
  /** The invoice that billed, and its line. */
  invoice_id: string
  invoice_line_item_id: string
  /** The line itself, or of late usage the one that it was added to. */
  first_line_id: string
  /** What credits it. */
  source_id: string
  currency: string
  /** Before discount and tax, of which the other two are its shares. */
  amount: string
  discount: string
  tax: string
  /** What of it, after both, its source charges anew: only the rest goes back. */
  netted_amount: string
}
