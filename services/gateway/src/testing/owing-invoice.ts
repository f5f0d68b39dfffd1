import { z } from 'zod'
import type { Caller } from './caller-under-test.ts'
import { addCharged } from './charged-subscription.ts'

export const owingSince = '2026-08-01T00:00:00.000Z'
const found = z.object({ items: z.array(z.looseObject({ id: z.string() })) })

/** A subscription of 10 whose opening invoice waits for its payment. */
export async function addOwing(caller: Caller, changes: object = {}) {
  const { id: subscriptionId } = await addCharged(caller, { start: owingSince, changes })
  const body = { subscription_id: subscriptionId }
  const { items } = found.parse((await caller.call('POST', '/invoices/search', body)).body)
  const [invoice] = items
  if (!invoice) throw new Error('there is an opening invoice')
  return { subscriptionId, invoiceId: invoice.id }
}

export function payment(destination_id: string, changes: object = {}) {
  return {
    destination_type: 'INVOICE',
    destination_id,
    payment_method_type: 'OFFLINE',
    amount: '10',
    currency: 'usd',
    ...changes,
  }
}
