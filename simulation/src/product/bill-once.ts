import { createOneOff, voidInvoice } from '@flexprice/database/invoices'
import type { BillOnce, VoidOneOff } from '../lives/step.ts'
import { customerIdOf, oneOffOf } from './find-rows.ts'
import type { Product } from './product.ts'

export async function billOnce(product: Product, step: BillOnce | VoidOneOff, now: Date): Promise<void> {
  const { scoped } = product
  if (step.kind === 'void-one-off') return voidInvoice(scoped, oneOffOf(product, step.invoice), now)
  const customerId = await customerIdOf(product, step.subscription)
  const lines = step.amounts.map((amount, place) => ({
    ...{ amount, quantity: '1', displayName: `Line ${place}`, period: null, metadata: {} },
  }))
  const value = `one-off-${step.invoice}`
  const { id } = await createOneOff(
    scoped,
    {
      ...{ customerId, subscriptionId: null, currency: 'usd', lines, description: '', metadata: {} },
      ...{ issueDate: null, dueDate: null, period: null, finalize: true, requestHash: value },
      key: { value, field: 'idempotency_key' },
    },
    now,
  )
  product.oneOffs.set(step.invoice, id)
}
