import { newId } from '@flexprice/database/connection'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from './testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from './testing/gateway-under-test.ts'
import { listen, type RawConnection, sendHead } from './testing/listening-gateway.ts'

/** Of a machine that is busy with all else, too. */
const patience = { timeout: 30_000 }
const event = { event_name: 'n', external_customer_id: 'c' }

let gateway: GatewayUnderTest
let port: number
beforeAll(async () => {
  gateway = await startGateway({ config: { requestsAtWorkMax: 4, unknownKeysMax: 3 } })
  port = await listen(gateway)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const get = async (caller: Caller) => (await caller.call('GET', '/creditnotes/crnote_x')).status

async function inFlight(): Promise<string | undefined> {
  return (await gateway.metrics()).match(/^http_requests_in_flight\S* (\d+)/m)?.[1]
}

async function atWork(): Promise<string | undefined> {
  return (await gateway.metrics()).match(/^http_requests_at_work\S* (\d+)/m)?.[1]
}

/** Two callers whose keys are known: to look one up takes a connection, of which there are few. */
async function knownCallers(): Promise<[Caller, Caller]> {
  const callers: [Caller, Caller] = [await gateway.newCaller(), await gateway.newCaller()]
  for (const caller of callers) expect(await get(caller)).toBe(404)
  return callers
}

/** Nobody reads a credit note until it is released; events have nothing to do with them. */
const holdNotes = () => hold('credit_notes')

async function hold(table: 'credit_notes' | 'api_keys'): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: gateway.database.ownerUrl })
  await client.connect()
  await client.query('begin')
  await client.query(`lock table ${table} in access exclusive mode`)
  return { [Symbol.asyncDispose]: () => client.end() }
}

test('beyond those at work a request is told at once, its key looked at or not; events have a line of their own', async () => {
  const [busy, other] = await knownCallers()
  await using notes = await holdNotes()
  const held = Array.from({ length: 3 }, () => get(busy))
  await expect.poll(atWork, patience).toBe('3')
  // Three quarters are all that a key may have.
  expect(await busy.call('GET', '/creditnotes/crnote_x')).toMatchObject({
    status: 429,
    headers: { 'retry-after': '1' },
  })
  held.push(get(other))
  await expect.poll(atWork, patience).toBe('4')

  const url = '/v1/plans/plan_x'
  const refused = await gateway.app.inject({ url, headers: { 'x-api-key': 'sk_wrong' } })
  expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } })
  expect(refused.json()).toEqual({
    ...{ code: 'service_unavailable', message: 'Too many requests are under way', http_status_code: 503 },
    request_id: refused.headers['x-request-id'],
  })
  expect((await gateway.app.inject('/health/live')).statusCode).toBe(200)
  await notes[Symbol.asyncDispose]()
  expect(await Promise.all(held)).toEqual([404, 404, 404, 404])
  await expect.poll(atWork, patience).toBe('0')
  expect(await get(other)).toBe(404)
  expect(await gateway.metrics()).toMatch(/^http_requests_shed_total\{reason="work".*\} 1$/m)
  const told = gateway.logLines.map((line) => JSON.parse(line)['http.response.status_code'])
  expect(told).not.toContain(503)
})

test('who waits for a workflow takes no place of those at work', async () => {
  const [waiting, other] = await knownCallers()
  const { id } = await waiting.create('/plans', { name: 'Synced' })
  const sync = await waiting.call('POST', `/plans/${id}/sync/subscriptions`)
  expect(sync).toMatchObject({ status: 200 })
  const { environmentId } = waiting.scoped.scope
  const path = `/tasks/result?workflow_id=price-sync:${environmentId}:${id}&wait=2s`
  let isOver = false
  const results = Promise.all(Array.from({ length: 3 }, () => waiting.call('GET', path))).finally(() => {
    isOver = true
  })
  await expect.poll(inFlight, patience).toBe('3')
  await expect.poll(atWork, patience).toBe('0')
  expect([await get(waiting), await get(other), isOver]).toEqual([404, 404, false])
  expect((await results).map(({ status }) => status)).toEqual([200, 200, 200])
})

test('events take no place of those at work, and come in when there is none', async () => {
  const [busy, other] = await knownCallers()
  const send = () => other.call('POST', '/events', { ...event, event_id: newId('event') })
  expect(await send()).toMatchObject({ status: 202 })
  await using notes = await holdNotes()
  const held = [...Array.from({ length: 3 }, () => get(busy)), get(other)]
  await expect.poll(atWork, patience).toBe('4')
  // One after the other: of the pool there is one connection left.
  for (const _ of [1, 2, 3]) expect(await send()).toMatchObject({ status: 202 })
  await notes[Symbol.asyncDispose]()
  expect(await Promise.all(held)).toEqual([404, 404, 404, 404])
})

test('who hangs up while its key is looked up leaves nothing behind: no place, and no bytes', async () => {
  const caller = await gateway.newCaller()
  await using keys = await hold('api_keys')
  const gone = [
    await sendHead(port, caller, 'GET /v1/plans/plan_x', {}),
    await sendHead(port, caller, 'POST /v1/events/bulk', { 'content-length': 20_000_000 }),
  ]
  await expect.poll(inFlight, patience).toBe('2')
  for (const { socket } of gone) socket.destroy()
  await expect.poll(inFlight, patience).toBe('0')
  await keys[Symbol.asyncDispose]()
  // The look-up was theirs, too.
  expect(await get(caller)).toBe(404)
  expect(await gateway.metrics()).toMatch(/^http_body_bytes_in_flight\S* 0$/m)
  expect(await atWork()).toBe('0')
})

test('a flood of wrong keys takes no place of those at work', async () => {
  const right = await gateway.newCaller()
  const wrong = Array.from({ length: 200 }, (_, index) =>
    gateway.app.inject({ url: '/v1/plans/plan_x', headers: { 'x-api-key': `sk_wrong_${index}` } }),
  )
  expect(await get(right)).toBe(404)
  const statuses = (await Promise.all(wrong)).map(({ statusCode }) => statusCode)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
})

test('in a flood who is refused is told later than who comes behind it and is served', async () => {
  const [busy, other] = await knownCallers()
  await using notes = await holdNotes()
  const held = [...Array.from({ length: 3 }, () => get(busy)), get(other)]
  await expect.poll(atWork, patience).toBe('4')
  const path = 'GET /v1/plans/plan_x'
  const ask = () => sendHead(port, other, path, {})
  const inWhichOrder = async (): Promise<string[]> => {
    // More than those that were let in.
    const refused = await Promise.all(Array.from({ length: 20 }, ask))
    for (const one of refused) expect(await one.answered()).toContain(' 503 ')
    const order: string[] = []
    const tell = ({ socket }: RawConnection, name: string) =>
      new Promise<void>((resolve) => socket.once('data', () => resolve(void order.push(name))))
    const first = await ask()
    const behind = await sendHead(port, other, 'GET /health/live', {})
    await Promise.all([tell(first, 'refused'), tell(behind, 'served')])
    for (const { socket } of [...refused, first, behind]) socket.destroy()
    return order
  }
  await expect.poll(inWhichOrder, patience).toEqual(['served', 'refused'])
  await notes[Symbol.asyncDispose]()
  expect(await Promise.all(held)).toEqual([404, 404, 404, 404])
})
