import { searchPlans } from '@flexprice/database/catalog'
import { createApiKey } from '@flexprice/database/tenancy'
import { createTestDatabase, startService, testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'

const requests = 300
const atOnce = 20

test('a gateway killed in the middle of its work loses nothing and doubles nothing: retries end it', async () => {
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
  const post = async (url: string, request: number): Promise<string | undefined> => {
    const response = await fetch(`${url}/v1/plans`, {
      method: 'POST',
      headers: {
        'x-api-key': secret,
        'idempotency-key': `plan-${request}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: `Plan ${request}` }),
    }).catch(() => undefined)
    return response?.status === 201 ? await response.text().catch(() => undefined) : undefined
  }
  const postAll = async (url: string, afterEach: (done: number) => void = () => undefined) => {
    const answers = new Map<number, string | undefined>()
    let next = 0
    const caller = async () => {
      for (let request = next++; request < requests; request = next++) {
        answers.set(request, await post(url, request))
        afterEach(answers.size)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, caller))
    return answers
  }

  await using killed = await start()
  const before = await postAll(killed.url, (done) => {
    if (done === requests / 3) void killed.kill()
  })
  expect([...before.values()]).toContain(undefined)
  await using next = await start()
  const after = await postAll(next.url)

  expect([...after.values()]).not.toContain(undefined)
  for (const [request, answer] of before) {
    if (answer !== undefined) expect(after.get(request)).toBe(answer)
  }
  expect(await searchPlans(scoped, { limit: 1, offset: 0 })).toMatchObject({ total: requests })
})
