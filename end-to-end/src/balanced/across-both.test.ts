import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { makePlan } from '../plan-under-test.ts'
import { type BalancedStack, startBalanced, type Tenant } from './balanced-stack.ts'

const patience = { timeout: 90_000 }
const rateLimit = 5
const unknownKeys = 4

let stack: BalancedStack
let tenant: Tenant
beforeAll(async () => {
  stack = await startBalanced({
    RATE_LIMIT_PER_SECOND: String(rateLimit),
    UNKNOWN_KEY_LIMIT: String(unknownKeys),
  })
  await Promise.all(stack.gateways.map((gateway) => gateway.start()))
  tenant = await stack.newTenant()
  await vi.waitUntil(async () => answeredBy(await traced(8)).every(Boolean), patience)
})
afterAll(() => stack[Symbol.asyncDispose]())

const logLine = z.looseObject({ 'trace.id': z.string().optional(), 'event.action': z.string().optional() })

/** Which of the gateways answered a request of the trace. */
function answeredBy(traceId: string): boolean[] {
  return stack.gateways.map((gateway) =>
    gateway
      .logLines()
      .map((line) => logLine.parse(JSON.parse(line)))
      .some((line) => line['trace.id'] === traceId && line['event.action'] === 'request'),
  )
}

/** Requests at once that say of which trace they are: its id. */
async function traced(count: number): Promise<string> {
  const traceId = randomUUID().replaceAll('-', '')
  const headers = { traceparent: `00-${traceId}-${'1'.repeat(16)}-01` }
  const answers = await Promise.all(
    Array.from({ length: count }, () => fetch(`${stack.balancer.url}/v1/plans/x`, { headers })),
  )
  expect(new Set(answers.map((answer) => answer.headers.get('x-trace-id')))).toEqual(new Set([traceId]))
  return traceId
}

test('a trace that a caller has begun goes on in whichever gateway answers, as its log and its answer say', async () => {
  await expect.poll(async () => answeredBy(await traced(4)), patience).toEqual([true, true])
})

test('requests of a key count in both together', async () => {
  const statuses = async () => {
    const { api } = await stack.newTenant()
    const answers = await Promise.all(
      Array.from({ length: 2 * rateLimit }, () => api.call('GET', '/plans/plan_x')),
    )
    return answers.map(({ status }) => status).toSorted()
  }
  // Other seconds than one on a busy machine: then as many are answered again. Counted apart, all would be.
  const expected = [...Array(rateLimit).fill(404), ...Array(rateLimit).fill(429)]
  await expect.poll(statuses, patience).toEqual(expected)
})

test('a caller is known by the address that the balancer saw, in both: what it claims itself counts for nothing', async () => {
  const unknownFrom = (localAddress: string) =>
    send('/v1/plans/x', localAddress, {
      'x-api-key': `sk_${randomUUID()}`,
      'x-forwarded-for': `198.51.100.${Math.floor(Math.random() * 250)}`,
    })
  const flood = await Promise.all(Array.from({ length: 4 * unknownKeys }, () => unknownFrom('127.0.0.2')))
  const tooMany = flood.filter((status) => status === 429).length
  // At the end of ten seconds a second count may begin.
  expect(flood.filter((status) => status === 401).length).toBeLessThanOrEqual(2 * unknownKeys)
  expect(tooMany).toBeGreaterThanOrEqual(2 * unknownKeys)
  expect(await unknownFrom('127.0.0.3')).toBe(401)
})

test('a request that comes to both with one Idempotency-Key is done once, and has one answer', async () => {
  const { api, scoped } = await stack.newTenant()
  const key = randomUUID()
  const made = z.looseObject({ id: z.string() })
  const create = async () => {
    for (;;) {
      const answer = await api.call('POST', '/plans', { name: 'Pro' }, { 'idempotency-key': key })
      if (answer.status === 201) return made.parse(answer.body).id
      // Its twin is under way, or the key has sent enough for this second.
      expect(answer.status).toBeOneOf([409, 429])
      await sleep(100)
    }
  }
  const ids = await Promise.all(Array.from({ length: 4 }, create))
  expect(new Set(ids).size).toBe(1)
  const plans = await stack.database.asOwner('select id from plans where environment_id = $1', [
    scoped.scope.environmentId,
  ])
  expect(plans).toEqual([{ id: ids[0] }])
})

test('whoever listens to a workflow hears its end from the other gateway, where its own was rolled meanwhile', {
  timeout: 300_000,
}, async () => {
  const { planId } = await makePlan(tenant, 2)
  const { workflow_id } = await tenant.api.startSync(planId)
  const listen = (lastEventId?: string) =>
    fetch(`${stack.balancer.url}/v1/workflows/${workflow_id}/events`, {
      headers: { 'x-api-key': tenant.apiKey, ...(lastEventId && { 'last-event-id': lastEventId }) },
    })
  const first = await listen()
  expect(first.status).toBe(200)
  const heard = first.text()
  // Both, as it is not known whose it is; one is always there.
  for (const gateway of stack.gateways) {
    expect(await gateway.stop()).toBe(0)
    await gateway.start()
    await expect.poll(async () => (await fetch(`${stack.balancer.url}/health/ready`)).status).toBe(200)
  }
  const begun = await heard
  expect(begun).toMatch(/^event: progress$/m)
  expect(begun).not.toMatch(/"status":"Completed"/)
  const lastEventId = [...begun.matchAll(/^id: (.+)$/gm)].at(-1)?.[1]
  expect(lastEventId).toBeDefined()
  const again = listen(lastEventId)
  await using _worker = await stack.startWorker()
  const rest = await (await again).text()
  expect(rest).toMatch(/"status":"Completed"/)
})

/** From an address of this machine's: the status. */
async function send(
  path: string,
  localAddress: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const { hostname, port } = new URL(stack.balancer.url)
  request({ hostname, port, path, localAddress, headers, agent: false }, (response) => {
    text(response).then(() => resolve(response.statusCode), reject)
  })
    .on('error', reject)
    .end()
  return promise
}
