import { createApiKey } from '@flexprice/database/tenancy'
import { createTestDatabase, type ServiceProcess, startService, testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

const topUps = 60
const atOnce = 8
const made = z.looseObject({ id: z.string() })
const walletSchema = z.looseObject({ credit_balance: z.string() })

test('impossible: a top-up that counts twice as it is asked for again after its gateway was killed', async () => {
  await using database = await createTestDatabase()
  const { secret } = await createApiKey(await database.newTenant(), { name: 'test' })
  const start = () =>
    startService('gateway', {
      DATABASE_URL: database.appUrl,
      TEMPORAL_ADDRESS: testStack().temporalAddress,
      TEMPORAL_NAMESPACE: 'test-8',
      REDIS_URL: testStack().redisUrl,
    })
  const headers = { 'x-api-key': secret, 'content-type': 'application/json' }
  const post = (url: string, path: string, body: object, more: Record<string, string> = {}) =>
    fetch(`${url}/v1${path}`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    })
  await using killed = await start()
  const customer = await post(killed.url, '/customers', { external_id: 'ada', name: 'Ada' })
  const { id: customer_id } = made.parse(await customer.json())
  const { id } = made.parse(
    await (await post(killed.url, '/wallets', { customer_id, currency: 'usd' })).json(),
  )

  /** By turns under a key of the body's, of the header's, and of both. */
  const topUp = async ({ url }: ServiceProcess, number: number): Promise<boolean> => {
    const key = `top-up-${number}`
    const body = {
      transaction_reason: number % 2 === 0 ? 'PURCHASED_CREDIT_DIRECT' : 'FREE_CREDIT_GRANT',
      credits_to_add: '1',
      ...(number % 3 === 0 ? {} : { idempotency_key: key }),
    }
    const header: Record<string, string> = number % 3 === 1 ? {} : { 'idempotency-key': key }
    const answer = await post(url, `/wallets/${id}/top-up`, body, header).catch(() => undefined)
    return answer?.status === 200
  }
  const topUpAll = async (gateway: ServiceProcess, afterEach: (done: number) => void = () => undefined) => {
    const answered: boolean[] = []
    let next = 0
    const caller = async () => {
      for (let number = next++; number < topUps; number = next++) {
        answered.push(await topUp(gateway, number))
        afterEach(answered.length)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, caller))
    return answered
  }
  const before = await topUpAll(killed, (done) => {
    if (done === topUps / 2) void killed.kill()
  })
  expect([before.includes(true), before.includes(false)]).toEqual([true, true])
  await using next = await start()
  expect(await topUpAll(next)).not.toContain(false)
  const wallet = await (await fetch(`${next.url}/v1/wallets/${id}`, { headers })).json()
  expect(walletSchema.parse(wallet).credit_balance).toBe(String(topUps))
})
