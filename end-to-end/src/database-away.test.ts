import { setTimeout as sleep } from 'node:timers/promises'
import { startTcpProxy, testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { countLines } from './plan-lines.ts'
import { makePlan } from './plan-under-test.ts'
import { startStack } from './stack-under-test.ts'

const subscriptions = 20_000
const prices = 10
const pairs = subscriptions * prices
const awayMs = 3_000
const recoveryMsMax = 10_000

test('the database goes away in the middle of a sync: 503 meanwhile, then all goes on by itself and is exact', async () => {
  await using postgres = await startTcpProxy(new URL(testStack().postgresUrl).host)
  await using stack = await startStack({ postgresAddress: postgres.address })
  const { api, database, gateway } = stack
  const { planId, addPrices } = await makePlan(stack, subscriptions)
  await addPrices(prices)
  const sync = await api.startSync(planId)
  await api.firstProgress(sync)

  await postgres.cut()
  expect((await countLines(database, planId)).lines).toBeLessThan(pairs)
  for (const [method, path] of [
    ['GET', `/plans/${planId}`],
    ['POST', `/plans/${planId}/sync/subscriptions`],
    ['GET', `/tasks/result?workflow_id=${sync.workflow_id}`],
  ] as const) {
    const answer = await api.call(method, path)
    expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  const health = async () => {
    const answer = await fetch(`${gateway.url}/health/ready`)
    return { status: answer.status, body: await answer.json() }
  }
  await expect.poll(health, { timeout: recoveryMsMax }).toMatchObject({
    status: 503,
    body: { checks: { database: { status: 'failed' }, temporal: { status: 'ok' } } },
  })
  await sleep(awayMs)

  await postgres.mend()
  const plan = async () => (await api.call('GET', `/plans/${planId}`)).status
  await expect.poll(plan, { timeout: recoveryMsMax }).toBe(200)
  expect(await api.result(sync)).toMatchObject({
    subscriptions_processed: subscriptions,
    prices_added: pairs,
    prices_skipped: 0,
  })
  expect(await countLines(database, planId)).toEqual({
    lines: pairs,
    twice: 0,
    subscriptionsByLines: { [prices]: subscriptions },
  })
  expect(await api.priceSyncStatus(planId)).toMatchObject({ synced: true })
}, 120_000)
