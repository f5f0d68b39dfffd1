import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer, Caller } from './caller-under-test.ts'

const lines = z.object({ line_items: z.array(z.looseObject({ id: z.string() })) })

/** The ids of an invoice's lines, in the order of their making. */
export async function lineIdsOf(caller: Caller, invoiceId: string): Promise<readonly string[]> {
  const { body } = await caller.call('GET', `/invoices/${invoiceId}`)
  return lines.parse(body).line_items.map(({ id }) => id)
}

/** A note on the first line of an invoice. */
export async function noteBody(
  caller: Caller,
  invoiceId: string,
  amount: unknown,
  changes: object = {},
): Promise<object> {
  const [invoice_line_item_id] = await lineIdsOf(caller, invoiceId)
  return {
    ...{ invoice_id: invoiceId, reason: 'BILLING_ERROR' },
    line_items: [{ invoice_line_item_id, amount }],
    ...changes,
  }
}

/** Asks for it, and answers whatever comes. */
export async function callNote(
  caller: Caller,
  invoiceId: string,
  amount: unknown,
  changes: object = {},
): Promise<Answer> {
  return await caller.call('POST', '/creditnotes', await noteBody(caller, invoiceId, amount, changes))
}

const note = z.looseObject({ id: z.string(), credit_note_number: z.string().optional() })

export async function addNote(
  caller: Caller,
  invoiceId: string,
  amount: unknown,
  changes: object = {},
): Promise<z.output<typeof note>> {
  const answer = await callNote(caller, invoiceId, amount, changes)
  expect(answer).toMatchObject({ status: 201 })
  return note.parse(answer.body)
}

/** The money of an invoice as its answer shows it. */
export async function moneyOf(caller: Caller, invoiceId: string): Promise<unknown> {
  const { body } = await caller.call('GET', `/invoices/${invoiceId}`)
  return money.parse(body)
}

const money = z.object({
  payment_status: z.string(),
  adjustment_amount: z.string(),
  amount_due: z.string(),
  amount_paid: z.string(),
  amount_remaining: z.string(),
  refunded_amount: z.string(),
})
