import { inTransaction } from '@flexprice/database/connection'
import { postgresEventStore } from '@flexprice/database/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { listen, sendHead } from '../testing/listening-gateway.ts'

/** Room for so many bulks of one key, each of a thousand short events, whose text is shorter than what they hold. */
const bulksMax = 20
const bulkSize = 1_000
const bulkBytes = 100 * bulkSize

let gateway: GatewayUnderTest
let port: number
beforeAll(async () => {
  gateway = await startGateway({ config: { bodyBytesInFlightMax: 2 * bulksMax * bulkBytes } })
  port = await listen(gateway)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('bulks beyond the room are refused before their bodies are read; each that was let in is written, however long it waits', async () => {
  const caller = await gateway.newCaller()
  const shared = { event_name: 'n', external_customer_id: 'c', event_id: 'shared' }
  const bulk = (index: number) => ({
    events: [
      shared,
      ...Array.from({ length: bulkSize - 1 }, (_, n) => ({ ...shared, event_id: `${index}-${n}` })),
    ],
  })
  const bytesInFlight = async () =>
    Number((await gateway.metrics()).match(/^http_body_bytes_in_flight\S* (\d+)/m)?.[1])

  let letIn: Promise<{ status: number }>[] = []
  await inTransaction(caller.scoped, async (transaction) => {
    // Whoever brings the same id waits for this transaction's end.
    await postgresEventStore.append(transaction, [
      {
        eventId: 'shared',
        eventName: 'n',
        externalCustomerId: 'c',
        customerId: null,
        timestamp: null,
        source: null,
        properties: {},
      },
    ])
    letIn = Array.from({ length: bulksMax }, (_, index) => caller.call('POST', '/events/bulk', bulk(index)))
    await expect.poll(bytesInFlight, { timeout: 4_000 }).toBe(bulksMax * bulkBytes)
    const length = JSON.stringify(bulk(0)).length
    const refused = await sendHead(port, caller, 'POST /v1/events/bulk', { 'content-length': length })
    expect(await refused.answered()).toMatch(/^HTTP\/1\.1 429 .*retry-after: 1\r\n/is)
    refused.socket.destroy()
  })
  expect(new Set((await Promise.all(letIn)).map(({ status }) => status))).toEqual(new Set([202]))
  const { n } = await caller.scoped.db
    .selectFrom('events')
    .select((events) => events.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  expect(n).toBe(bulksMax * (bulkSize - 1) + 1)
})
