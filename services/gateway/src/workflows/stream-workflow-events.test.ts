import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addSubscription } from '../testing/add-subscription.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { eventsTask, type ImportsUnderTest, startImports, upload } from '../testing/imports-under-test.ts'
import { heardEvents, openEvents } from '../testing/listen-to-events.ts'

let imports: ImportsUnderTest
/** Nobody works on what is started there: it runs for ever. */
let idle: GatewayUnderTest
let caller: Caller
let address: string
let workflowId: string

beforeAll(async () => {
  imports = await startImports(20)
  idle = await startGateway()
  address = await idle.app.listen({ host: '127.0.0.1', port: 0 })
  caller = await idle.newCaller()
  workflowId = await startSync(caller)
})
afterAll(async () => {
  await idle[Symbol.asyncDispose]()
  await imports[Symbol.asyncDispose]()
})

async function startSync(of: Caller): Promise<string> {
  const { planId } = await addSubscription(of)
  const answer = await of.call('POST', `/plans/${planId}/sync/subscriptions`)
  expect(answer.status).toBe(200)
  return `price-sync:${of.scoped.scope.environmentId}:${planId}`
}

/** The gateway's streams, and the runs that it asks after for them. */
async function open({ metrics }: GatewayUnderTest): Promise<{ streams: number; watched: number }> {
  const text = await metrics()
  const gauge = (name: string) => Number(new RegExp(`^${name}(?:{.*})? (\\d+)$`, 'm').exec(text)?.[1])
  return { streams: gauge('workflow_event_streams'), watched: gauge('workflows_watched') }
}

test('two listeners see an import advance, never backwards, to one result, while it is asked after once', async () => {
  const { gateway } = imports
  const importer = await gateway.newCaller()
  const at = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const rows = Array.from({ length: 30_000 }, (_, index) => `e${index},call,ada\n`)
  const file = await upload(gateway, importer, `event_id,event_name,external_customer_id\n${rows.join('')}`)
  const { upload_id } = z.object({ upload_id: z.string() }).parse(file.body)
  const begun = await importer.call('POST', '/tasks', { ...eventsTask, upload_id, track_progress: true })
  const { workflow_id } = z.object({ workflow_id: z.string() }).parse(begun.body)

  const responses = await Promise.all([1, 2].map(() => openEvents(at, importer, workflow_id)))
  expect(await open(gateway)).toEqual({ streams: 2, watched: 1 })
  const [one = [], other = []] = await Promise.all(responses.map(heardEvents))
  for (const events of [one, other]) {
    const told = events.filter(({ name }) => name === 'progress').map(({ state }) => state.progress?.percent)
    expect(told.length).toBeGreaterThan(1)
    expect(told).toEqual(told.toSorted((a = 0, b = 0) => a - b))
    expect(events.map(({ name }) => name).indexOf('result')).toBe(events.length - 1)
  }
  const last = one.at(-1)
  expect(last).toEqual(other.at(-1))
  const result = await importer.call('GET', `/tasks/result?workflow_id=${workflow_id}`)
  expect(last?.state).toEqual(result.body)
  expect(last?.state).toMatchObject({ status: 'Completed', result: { processed_records: 30_000 } })
  await expect.poll(() => open(gateway)).toEqual({ streams: 0, watched: 0 })

  const again = await openEvents(at, importer, workflow_id, { lastEventId: one.at(-2)?.id ?? '' })
  expect(await heardEvents(again)).toEqual([last])
  const done = await openEvents(at, importer, workflow_id, { lastEventId: last?.id ?? '' })
  expect([done.status, await done.text()]).toEqual([204, ''])
}, 180_000)

test('an unknown workflow and that of another tenant are 404 before a stream begins, and take no place', async () => {
  const stranger = await idle.newCaller()
  expect(await stranger.call('GET', `/workflows/${workflowId}/events`)).toMatchObject({ status: 404 })
  expect(await caller.call('GET', '/workflows/price-sync:a:b/events')).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
  await expect.poll(() => open(idle)).toEqual({ streams: 0, watched: 0 })
})

test('a stream is stored and held back by nobody, and a listener that goes away leaves nothing', async () => {
  const listeners = [new AbortController(), new AbortController()]
  const responses = await Promise.all(
    listeners.map(({ signal }) => openEvents(address, caller, workflowId, { signal })),
  )
  expect(Object.fromEntries(responses[0]?.headers ?? [])).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  expect(await open(idle)).toEqual({ streams: 2, watched: 1 })
  listeners[0]?.abort()
  await expect.poll(() => open(idle)).toEqual({ streams: 1, watched: 1 })
  listeners[1]?.abort()
  await expect.poll(() => open(idle)).toEqual({ streams: 0, watched: 0 })
  const head = await fetch(`${address}/v1/workflows/${workflowId}/events`, {
    method: 'HEAD',
    headers: { 'x-api-key': caller.apiKey },
  })
  expect(head.status).toBe(200)
  await expect.poll(() => open(idle)).toEqual({ streams: 0, watched: 0 })
})

test('a key has 20 streams, and one more is 429 with Retry-After; another key is not concerned', async () => {
  const leaving = new AbortController()
  const { signal } = leaving
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => openEvents(address, caller, workflowId, { signal })),
  )
  expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(await caller.call('GET', `/workflows/${workflowId}/events`)).toMatchObject({
    status: 429,
    headers: { 'retry-after': '5' },
    body: { code: 'too_many_requests' },
  })
  const otherKey = await idle.newKeyOf(caller.scoped)
  expect((await openEvents(address, otherKey, workflowId, { signal })).status).toBe(200)
  leaving.abort()
  await expect.poll(() => open(idle)).toEqual({ streams: 0, watched: 0 })
})

test('a gateway that stops ends its streams without a result, and is not held up by them', async () => {
  const own = await startGateway({ testDatabase: idle.database })
  const at = await own.app.listen({ host: '127.0.0.1', port: 0 })
  const response = await openEvents(at, caller, workflowId)
  expect(await open(own)).toEqual({ streams: 1, watched: 1 })
  await own[Symbol.asyncDispose]()
  const events = await heardEvents(response)
  expect(events.map(({ name, state }) => [name, state.status])).toEqual([['progress', 'Running']])
})
