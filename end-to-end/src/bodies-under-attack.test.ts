import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApiKey } from '@flexprice/database/tenancy'
import {
  createTestDatabase,
  startService,
  testAttackConnections,
  testNamespace,
  testStack,
} from '@flexprice/testing'
import { expect, test } from 'vitest'
import { watchMemory } from './watch-memory.ts'

const mebibyte = 1024 * 1024
/** Gigabytes pass, and are thrown away. */
const attackTimeoutMs = 300_000
/** A pod's limit, in k8s/base/gateway.yaml. */
const memoryMax = 1024 * mebibyte

test('bodies of 28 MB on many connections, of one key and of many, do not swell a gateway: refused at once, others served', {
  timeout: attackTimeoutMs,
}, async () => {
  await using database = await createTestDatabase()
  await using gateway = await startService('gateway', {
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: testStack().temporalAddress,
    TEMPORAL_NAMESPACE: testNamespace(),
    LOG_LEVEL: 'error',
  })
  const newKey = async () => (await createApiKey(await database.newTenant(), { name: 'attack' })).secret
  const memory = watchMemory(gateway.metricsUrl)
  const before = await memory.now()
  const connections = testAttackConnections()

  const [one, bystander] = [await newKey(), await newKey()]
  const ofOneKey = attack(
    gateway.url,
    Array.from({ length: connections }, () => one),
  )
  const served = await pingWhile(ofOneKey, gateway.url, bystander)
  const first = { answers: count(await ofOneKey), height: memory.height() }

  const keys = await Promise.all(Array.from({ length: keysOfMany }, newKey))
  const ofManyKeys = attack(
    gateway.url,
    Array.from({ length: connections }, (_, index) => keys[index % keysOfMany] ?? one),
  )
  const second = { answers: count(await ofManyKeys), height: memory.height() }

  // An idle process collects nothing: as much again of everyday work.
  await pingWhile(sleep(restMs), gateway.url, bystander, 0)
  const after = await memory.now()
  memory.stop()
  const report = { connections, before, first, second, after, served: count(served.map(String)) }
  console.info(gateway.logLines().slice(0, 6).join('\n').slice(0, 3000))
  console.info(JSON.stringify(report))
  // 400: what comes for longer than REQUEST_TIMEOUT_MS.
  expect(first.height, JSON.stringify(report)).toBeLessThan(memoryMax)
  expect(second.height, JSON.stringify(report)).toBeLessThan(memoryMax)
  expect(
    Object.keys({ ...first.answers, ...second.answers }).filter(
      (status) => !/^(202|400|429|503)$/.test(status),
    ),
  ).toEqual([])
  expect(first.answers['202']).toBeGreaterThan(0)
  expect(first.answers['429']).toBeGreaterThan(0)
  expect(second.answers['503']).toBeGreaterThan(0)
  // Somebody else's small requests were answered meanwhile, if not all as usual, and the gateway is well.
  expect(served.filter((status) => status !== 404 && status !== 503)).toEqual([])
  expect(served).toContain(404)
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200)
})

const keysOfMany = 8
const restMs = 3_000
const sampleMs = 100

/** Each connection sends the whole body, whatever it is answered: the status codes. */
async function attack(url: string, keys: readonly string[]): Promise<string[]> {
  const { hostname, port } = new URL(url)
  const body = largeBody()
  return Promise.all(
    keys.map(async (key) => {
      const socket = connect(Number(port), hostname)
      let answer = ''
      socket.on('error', () => undefined)
      socket.setEncoding('latin1').on('data', (text: string) => {
        answer += text
      })
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.write(
        `POST /v1/events/bulk HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${key}\r\n` +
          `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
      )
      socket.write(body)
      socket.once('data', () => socket.end())
      await closed
      return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none'
    }),
  )
}

/** A thousand events that are taken, in 28 MB. */
function largeBody(): Buffer {
  const padding = 'p'.repeat(2_000)
  const properties = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`p${index}`, padding]))
  const event = { event_name: 'n', external_customer_id: 'c', properties }
  return Buffer.from(JSON.stringify({ events: Array.from({ length: 1_000 }, () => event) }))
}

function count(statuses: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

async function pingWhile(
  work: Promise<unknown>,
  url: string,
  key: string,
  pauseMs = sampleMs,
): Promise<number[]> {
  let going = true
  const ended = work.finally(() => {
    going = false
  })
  const statuses: number[] = []
  while (going) {
    const answer = await fetch(`${url}/v1/plans/plan_x`, { headers: { 'x-api-key': key } })
    await answer.body?.cancel()
    statuses.push(answer.status)
    await sleep(pauseMs)
  }
  await ended
  return statuses
}
