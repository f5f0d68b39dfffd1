import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { listen, type RawConnection, sendHead } from '../testing/listening-gateway.ts'

const limit = 5_000
const bulkMax = 1_000
const patience = { timeout: 30_000, interval: 10 }

let gateway: GatewayUnderTest
let port: number
beforeAll(async () => {
  gateway = await startGateway({ config: { eventLimitPerSecond: limit } })
  port = await listen(gateway)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('429 before a body is read, for more events by their length than the key may send', async () => {
  const open: RawConnection[] = []
  // On a busy machine they come in different seconds: then as many are sent again, by another key.
  const lastAnswer = async () => {
    const caller = await gateway.newCaller()
    const heads = { 'content-length': 60_000 }
    for (let sent = 0; sent < limit / bulkMax; sent++) {
      open.push(await sendHead(port, caller, 'POST /v1/events/bulk', heads, '{"events": ['))
    }
    const beyond = await sendHead(port, caller, 'POST /v1/events/bulk', heads, '{"events": [')
    open.push(beyond)
    await expect
      .poll(beyond.received, { timeout: 500 })
      .toContain('\r\n\r\n')
      .catch(() => undefined)
    return beyond.received()
  }
  await expect.poll(lastAnswer, patience).toMatch(/^HTTP\/1\.1 429 .*retry-after: 1\r\n/is)
  for (const { socket } of open) socket.destroy()
})

test('long events count as what they are once they are known: the rest is given back', async () => {
  const caller = await gateway.newCaller()
  const event = { event_name: 'n', external_customer_id: 'c', properties: { text: 'x'.repeat(40_000) } }
  // By their length alone each may hold a thousand.
  for (let sent = 0; sent < 20; sent++) {
    const events = [{ ...event, event_id: `e-${sent}` }]
    expect(await caller.call('POST', '/events/bulk', { events })).toMatchObject({ status: 202 })
  }
})

test('what is shorter than an event counts all the same, once it is known', async () => {
  const statuses = async () => {
    const caller = await gateway.newCaller()
    const events = Array.from({ length: bulkMax }, () => 1)
    const send = () => caller.call('POST', '/events/bulk', { events })
    const answers = await Promise.all(Array.from({ length: 8 }, send))
    return new Set(answers.map(({ status }) => status))
  }
  await expect.poll(statuses, patience).toEqual(new Set([400, 429]))
})
