import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import { startImports } from '../testing/imports-under-test.ts'

const imports = await startImports(3, startGatewayWithCharges())
afterAll(() => imports[Symbol.asyncDispose]())

test('imported events that a finalized invoice has counted stay, by name; the rest goes, and they do once it is void', async () => {
  const caller = await imports.gateway.newCaller()
  const { id, externalId, eventName } = await addCharged(caller)
  const rows = ['e1', 'e2', 'e3', 'e4'].map(
    (event) => `${event},${eventName},${externalId},2026-08-02T00:00:00Z`,
  )
  const file = [
    'event_id,event_name,external_customer_id,timestamp',
    ...rows,
    `other,${eventName},nobody,2026-08-02T00:00:00Z`,
  ]
  const task = await imports.importFile(caller, file.join('\n'))
  expect(task).toMatchObject({ created_records: 5 })
  const invoice = await finalizedInvoice(caller, id)
  expect(await revert(caller, task.id)).toMatchObject({
    result: { created_records: 5, reverted_records: 1, refused_records: 4, gone_records: 0 },
  })
  const reason = (event: string) => `Event ${event} is on the finalized invoice ${invoice}`
  expect(await caller.call('GET', `/tasks/${task.id}/revert`)).toMatchObject({
    body: {
      items: ['e1', 'e2', 'e3', 'e4'].map((event) => ({
        record_id: event,
        outcome: 'refused',
        reason: reason(event),
      })),
    },
  })
  expect(await eventIds(caller)).toEqual(['e1', 'e2', 'e3', 'e4'])
  expect(await caller.call('POST', `/invoices/${invoice}/void`)).toMatchObject({ status: 200 })
  expect(await revert(caller, task.id)).toMatchObject({ result: { reverted_records: 5, refused_records: 0 } })
  expect(await eventIds(caller)).toEqual([])
})

/** Of the subscription's period, with its usage. */
async function finalizedInvoice(caller: Caller, subscriptionId: string): Promise<string> {
  const body = { subscription_ids: [subscriptionId], create_drafts: true }
  const { workflow_id, calculation_id } = calculating.parse(
    (await caller.call('POST', '/calculations', body)).body,
  )
  await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const { items } = calculated.parse((await caller.call('GET', `/calculations/${calculation_id}/items`)).body)
  const [{ invoice_id: id }] = items
  expect(await caller.call('POST', `/invoices/${id}/finalize`)).toMatchObject({ status: 200 })
  return id
}

async function revert(caller: Caller, taskId: string) {
  const { workflow_id, run_id: runId } = started.parse(
    (await caller.call('POST', `/tasks/${taskId}/revert`)).body,
  )
  const { scope } = caller.scoped
  return imports.gateway.temporal.workflowResult(scope, workflow_id, { runId, waitMs: 40_000 })
}

async function eventIds({ scoped }: Caller): Promise<string[]> {
  const rows = await scoped.db.selectFrom('events').select('event_id').orderBy('event_id').execute()
  return rows.map(({ event_id: id }) => id)
}

const calculating = z.object({ workflow_id: z.string(), calculation_id: z.string() })
const calculated = z.object({ items: z.tuple([z.object({ invoice_id: z.string() })]) })
const started = z.object({ workflow_id: z.string(), run_id: z.string() })
