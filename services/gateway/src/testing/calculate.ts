import { z } from 'zod'
import type { Caller } from './caller-under-test.ts'

const started = z.object({ workflow_id: z.string(), calculation_id: z.string() })
const items = z.object({
  items: z.array(
    z.looseObject({
      subscription_id: z.string(),
      invoice_id: z.string().optional(),
      total: z.string().optional(),
      error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
      lines: z.array(z.looseObject({ amount: z.string(), quantity: z.string() })),
    }),
  ),
})

/** The items of a calculation, waited for. */
export async function calculate(caller: Caller, body: object) {
  const answer = started.parse((await caller.call('POST', '/calculations', body)).body)
  await caller.call('GET', `/tasks/result?workflow_id=${answer.workflow_id}&wait=20s`)
  return items.parse((await caller.call('GET', `/calculations/${answer.calculation_id}/items`)).body).items
}
