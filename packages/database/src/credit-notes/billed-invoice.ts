import type { BilledInvoice } from '@flexprice/domain/credit-note'
import { readDecimal } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { type BilledLineRow, readInvoiceLines } from '../credits/index.ts'
import type { InvoiceRow } from '../invoices/index.ts'

/** An invoice as a note finds it, with what else is kept of its lines. */
export interface NotedInvoice {
  readonly billed: BilledInvoice
  readonly lineOf: ReadonlyMap<string, BilledLineRow>
}

/** What each line of an invoice was billed, and what of it was credited already. */
export async function readBilledInvoice(
  scoped: Scoped,
  { id, currency, total_tax }: Pick<InvoiceRow, 'id' | 'currency' | 'total_tax'>,
): Promise<NotedInvoice> {
  const lines = await readInvoiceLines(scoped, id)
  return {
    billed: { currency, tax: readDecimal(total_tax), lines },
    lineOf: new Map(lines.map((line) => [line.id, line])),
  }
}
