import { createApiKey } from '@flexprice/database/tenancy'
import { createTestDatabase, startService, testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'

const callers = 32
const acceptedBeforeKill = 400
const attemptsMax = 100_000

test('a gateway killed under load has every event that was answered 202, once, and none of them twice after a retry', async () => {
  await using database = await createTestDatabase()
  const scoped = await database.newTenant()
  const { secret } = await createApiKey(scoped, { name: 'test' })
  const start = () =>
    startService('gateway', {
      DATABASE_URL: database.appUrl,
      TEMPORAL_ADDRESS: testStack().temporalAddress,
      TEMPORAL_NAMESPACE: 'test-8',
      REDIS_URL: testStack().redisUrl,
    })
  const post = async (url: string, path: string, body: object): Promise<boolean> => {
    const response = await fetch(`${url}/v1${path}`, {
      method: 'POST',
      headers: { 'x-api-key': secret, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined)
    return response?.status === 202
  }
  const event = (id: string) => ({ event_name: 'n', external_customer_id: 'c', event_id: id })

  const accepted: string[] = []
  const sent: string[] = []
  let next = 0
  let dead = false
  const load = async (url: string, kill: () => Promise<unknown>) => {
    while (!dead && next < attemptsMax) {
      const turn = next++
      // One in ten is a bulk of twenty.
      const ids = turn % 10 === 0 ? Array.from({ length: 20 }, (_, n) => `${turn}-${n}`) : [`${turn}`]
      sent.push(...ids)
      const body = ids.length === 1 ? event(`${turn}`) : { events: ids.map(event) }
      if (await post(url, ids.length === 1 ? '/events' : '/events/bulk', body)) accepted.push(...ids)
      if (accepted.length >= acceptedBeforeKill && !dead) {
        dead = true
        await kill()
      }
    }
  }
  await using killed = await start()
  await Promise.all(Array.from({ length: callers }, () => load(killed.url, () => killed.kill())))

  const stored = async () =>
    (await scoped.db.selectFrom('events').select('event_id').execute()).map((row) => row.event_id)
  const afterKill = await stored()
  expect(new Set(afterKill).size).toBe(afterKill.length)
  expect(accepted.filter((id) => !afterKill.includes(id))).toEqual([])
  expect(sent.length).toBeGreaterThan(accepted.length)

  await using again = await start()
  for (let at = 0; at < sent.length; at += 1_000) {
    const events = sent.slice(at, at + 1_000).map(event)
    // A gateway that has too much to do says so, and is asked again.
    await expect.poll(() => post(again.url, '/events/bulk', { events }), { timeout: 20_000 }).toBe(true)
  }
  expect((await stored()).toSorted()).toEqual(sent.toSorted())
})
