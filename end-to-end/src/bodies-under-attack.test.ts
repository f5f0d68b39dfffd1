import { setTimeout as sleep } from 'node:timers/promises'
import { createApiKey } from '@flexprice/database/tenancy'
import {
  createTestDatabase,
  sendLargeBodies,
  startService,
  testAttackConnections,
  testNamespace,
  testStack,
} from '@flexprice/testing'
import { expect, test } from 'vitest'

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
  const ofOneKey = sendLargeBodies(
    gateway.url,
    Array.from({ length: connections }, () => one),
  )
  const served = await pingWhile(ofOneKey, gateway.url, bystander)
  const first = { answers: count(await ofOneKey), height: memory.height() }

  const keys = await Promise.all(Array.from({ length: keysOfMany }, newKey))
  const ofManyKeys = sendLargeBodies(
    gateway.url,
    Array.from({ length: connections }, (_, index) => keys[index % keysOfMany] ?? one),
  )
  const second = { answers: count(await ofManyKeys), height: memory.height() }

  // What they have left is collected when none follows, and given back some seconds later.
  await expect.poll(memory.now, { timeout: comesBackTimeoutMs }).toBeLessThan(before + remainsMax)
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
/** Of what was begun with: pools, caches and code that were not used before. */
const remainsMax = 200 * mebibyte
const comesBackTimeoutMs = 60_000
const sampleMs = 100

function count(statuses: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

async function pingWhile(work: Promise<unknown>, url: string, key: string): Promise<number[]> {
  let going = true
  const ended = work.finally(() => {
    going = false
  })
  const statuses: number[] = []
  while (going) {
    const answer = await fetch(`${url}/v1/plans/plan_x`, { headers: { 'x-api-key': key } })
    await answer.body?.cancel()
    statuses.push(answer.status)
    await sleep(sampleMs)
  }
  await ended
  return statuses
}

/** Resident memory of the process behind the metrics, in bytes: now, and the most since the last look at the height. */
function watchMemory(metricsUrl: string) {
  let most = 0
  const now = async () => {
    const text = await (await fetch(metricsUrl)).text()
    const bytes = Number(/^process_resident_memory_bytes\S* (\d+)/m.exec(text)?.[1])
    most = Math.max(most, bytes)
    return bytes
  }
  const timer = setInterval(() => void now().catch(() => undefined), sampleMs)
  return {
    now,
    height() {
      const height = most
      most = 0
      return height
    },
    stop: () => clearInterval(timer),
  }
}
