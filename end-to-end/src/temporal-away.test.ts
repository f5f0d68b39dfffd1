import { startTcpProxy, testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { countLines } from './plan-lines.ts'
import { makePlan } from './plan-under-test.ts'
import { startStack } from './stack-under-test.ts'

const subscriptions = 100
const answerMsMax = 10_000
const recoveryMsMax = 20_000

test('Temporal is away: a sync is refused with 503 and nothing half made, the rest works, and all recovers', async () => {
  await using temporal = await startTcpProxy(testStack().temporalAddress)
  await using stack = await startStack({ temporalAddress: temporal.address })
  const { api, database } = stack
  const { planId, addPrices } = await makePlan(stack, subscriptions)

  await temporal.cut()
  const askedAt = performance.now()
  const refused = await api.call('POST', `/plans/${planId}/sync/subscriptions`)
  expect(performance.now() - askedAt).toBeLessThan(answerMsMax)
  expect(refused).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await addPrices(2)
  const unsynced = { synced: false, unsynced_subscription_count: subscriptions }
  expect(await api.priceSyncStatus(planId)).toMatchObject(unsynced)

  await temporal.mend()
  const workflows = () => api.call('POST', '/workflows/search', { entity_id: planId })
  await expect.poll(workflows, { timeout: recoveryMsMax }).toMatchObject({ status: 200, body: { items: [] } })
  expect(await api.priceSyncStatus(planId)).toMatchObject(unsynced)
  const result = await api.result(await api.startSync(planId))
  expect(result).toMatchObject({ prices_added: 2 * subscriptions })
  expect(await countLines(database, planId)).toMatchObject({ lines: 2 * subscriptions, twice: 0 })
}, 120_000)
