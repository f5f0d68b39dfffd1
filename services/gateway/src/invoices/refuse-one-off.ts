import type { InvoiceRow } from '@flexprice/database/invoices'
import { CodedError } from '@flexprice/domain'

/**
 * A one-off is as its request stated it: nothing rates it, and nothing makes it anew.
 *
 * @param instead what does what was asked for
 * @throws invalid_operation
 */
export function refuseOneOff(
  { id, invoice_type, invoice_status }: Pick<InvoiceRow, 'id' | 'invoice_type' | 'invoice_status'>,
  instead: string,
): void {
  if (invoice_type !== 'ONE_OFF') return
  throw new CodedError('invalid_operation', `Invoice ${id} is a one-off: ${instead}`, {
    details: { invoice_type, invoice_status },
  })
}
