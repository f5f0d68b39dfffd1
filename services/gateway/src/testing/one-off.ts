import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer, Caller } from './caller-under-test.ts'

const invoice = z.looseObject({
  ...{ id: z.string(), invoice_status: z.string(), payment_status: z.string() },
  ...{ version: z.int(), overdue: z.boolean(), invoice_number: z.string().optional() },
})
export type OneOff = z.output<typeof invoice>

/** A valid request that bills the customer 30.01; a test says what it is about. */
export function oneOffBody(customerId: string, changes: object = {}): object {
  return {
    ...{ customer_id: customerId, currency: 'usd' },
    line_items: [
      { display_name: 'Setup', quantity: '1', amount: '10' },
      { display_name: 'Hours', quantity: '2.5', amount: '20.01' },
    ],
    ...stated('30.01'),
    ...changes,
  }
}

/** The sums of an invoice of which nothing is taken off. */
export function stated(sum: unknown): object {
  return { subtotal: sum, total: sum, amount_due: sum }
}

export async function addOneOff(
  caller: Caller,
  customerId: string,
  changes: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<OneOff> {
  const answer = await caller.call('POST', '/invoices', oneOffBody(customerId, changes), headers)
  expect(answer).toMatchObject({ status: 201 })
  return oneOffOf(answer)
}

/** How many there are. */
export async function oneOffsOf(caller: Caller): Promise<number> {
  const answer = await caller.call('POST', '/invoices/search', { invoice_type: 'ONE_OFF' })
  return z.object({ pagination: z.object({ total: z.int() }) }).parse(answer.body).pagination.total
}

export function oneOffOf({ body }: Answer): OneOff {
  return invoice.parse(body)
}
