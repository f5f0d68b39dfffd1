import { voidInvoice } from '@flexprice/database/invoices'
import type { ReviseInvoice } from '../lives/step.ts'
import { calculationOf } from './calculation.ts'
import { invoiceIdOf } from './find-rows.ts'
import type { Product } from './product.ts'

/** A subscription's invoice is voided, gets a draft in its place, or is closed. */
export async function reviseInvoice(product: Product, step: ReviseInvoice, now: Date): Promise<void> {
  const id = await invoiceIdOf(product, step)
  switch (step.kind) {
    case 'void-invoice':
      return voidInvoice(product.scoped, id, now)
    case 'replace-invoice':
      await calculationOf(product).replaceInvoice({ kind: 'replacement', invoice_id: id })
      return
    case 'close-invoice': {
      const input = { kind: 'invoice', request_key: '', invoice_id: id, finalize: true } as const
      await calculationOf(product).recalculateInvoice(input)
      return
    }
  }
}
