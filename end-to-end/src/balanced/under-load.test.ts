import { setTimeout as sleep } from 'node:timers/promises'
import { testOutageMs } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { makePlan } from '../plan-under-test.ts'
import { type BalancedStack, startBalanced } from './balanced-stack.ts'
import { type Acknowledged, startTraffic } from './traffic.ts'
import type { TrafficBook } from './traffic-book.ts'

const recoveryMsMax = 90_000
/** Of each absence; longer in `npm run verify`. */
const chapterMs = testOutageMs()

test('two gateways behind a balancer, under load: rolled, one killed, without Redis, without Temporal, and nothing that was acknowledged is lost or told wrongly', {
  timeout: 360_000 + 8 * chapterMs,
}, async () => {
  await using stack = await startBalanced()
  const [one, two] = stack.gateways
  await startInAnyOrder(stack)
  const tenant = await stack.newTenant()
  const { planId } = await makePlan(tenant, 1)
  const traffic = startTraffic(tenant, planId)

  traffic.book.chapter('rolling')
  for (const gateway of [one, two]) {
    expect(await gateway.stop()).toBe(0)
    await gateway.start()
    await untilBalanced(stack)
  }

  traffic.book.chapter('killed')
  await one.kill()
  await sleep(chapterMs)
  await one.start()
  await untilBalanced(stack)

  traffic.book.chapter('without Redis')
  await stack.redis.cut()
  await expect
    .poll(() => readiness(stack))
    .toEqual(Array(2).fill({ status: 200, says: 'degraded', away: ['redis'] }))
  await sleep(chapterMs)
  await stack.redis.mend()
  await untilBalanced(stack)

  traffic.book.chapter('without Temporal')
  await stack.temporal.cut()
  await expect
    .poll(() => readiness(stack), { timeout: recoveryMsMax })
    .toEqual(Array(2).fill({ status: 200, says: 'degraded', away: ['temporal'] }))
  await sleep(chapterMs)
  await stack.temporal.mend()
  await untilBalanced(stack)
  traffic.book.chapter('after')
  const synced = () => traffic.book.answers().after?.['sync 200'] ?? 0
  await expect.poll(synced, { timeout: recoveryMsMax }).toBeGreaterThan(0)
  await traffic.stop()

  expectAnswers(traffic.book)
  await expectKept(stack, traffic.acknowledged())
})

function expectAnswers(book: TrafficBook): void {
  const answers = JSON.stringify(book.answers(), undefined, 1)
  console.info(answers)
  const allowed: Readonly<Record<string, readonly RegExp[]>> = {
    rolling: [],
    // What the killed one was at: its caller is told to come again, and with its key it is done once.
    killed: [/ 503$/],
    'without Redis': [],
    'without Temporal': [/^sync 503$/],
    after: [],
  }
  for (const [chapter, alsoAllowed] of Object.entries(allowed)) {
    const told = Object.keys(book.answers()[chapter] ?? {})
    const usual = chapter === 'after' ? ['sync 200'] : ['event 202', 'customer 201', 'read 200']
    expect(told, answers).toEqual(expect.arrayContaining(usual))
    const unexpected = told.filter(
      (what) => !/ 20[012]$/.test(what) && !alsoAllowed.some((one) => one.test(what)),
    )
    expect(unexpected, `${chapter}: ${answers}`).toEqual([])
  }
  expect(book.answers()['without Temporal'], answers).toHaveProperty('sync 503')
  expect(book.wrong()).toEqual([])
}

/** The balancer first, then the gateways, with neither Redis nor Temporal: they are ready once these are there. */
async function startInAnyOrder(stack: BalancedStack): Promise<void> {
  const { gateways, redis, temporal, balancer } = stack
  await Promise.all([redis.cut(), temporal.cut()])
  const starting = Promise.all(gateways.map((gateway) => gateway.start()))
  const live = async () => Promise.all(gateways.map(({ url }) => status(`${url}/health/live`)))
  await expect.poll(live, { timeout: recoveryMsMax }).toEqual([200, 200])
  expect((await readiness(stack)).map(({ status }) => status)).toEqual([503, 503])
  const refused = await fetch(`${balancer.url}/v1/plans/x`)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(await refused.json()).toMatchObject({ code: 'service_unavailable', http_status_code: 503 })
  await Promise.all([redis.mend(), temporal.mend()])
  await starting
  await untilBalanced(stack)
}

/** Both have what they need, and the balancer has learned of it: each answers some of the next requests. */
async function untilBalanced(stack: BalancedStack): Promise<void> {
  await expect
    .poll(() => readiness(stack), { timeout: recoveryMsMax })
    .toEqual(Array(2).fill({ status: 200, says: 'ok', away: [] }))
  const counts = () => stack.gateways.map((gateway) => gateway.logLines().length)
  const before = counts()
  const bothAnswer = async () => {
    await Promise.all(Array.from({ length: 8 }, () => status(`${stack.balancer.url}/v1/plans/x`)))
    return counts().every((count, index) => count > (before[index] ?? 0))
  }
  await expect.poll(bothAnswer, { timeout: recoveryMsMax }).toBe(true)
}

async function readiness({ gateways }: BalancedStack) {
  return Promise.all(
    gateways.map(async ({ url }) => {
      const answer = await fetch(`${url}/health/ready`)
      const body: { status: string; checks: Record<string, { status: string }> } = JSON.parse(
        await answer.text(),
      )
      const away = Object.entries(body.checks).flatMap(([name, check]) =>
        check.status === 'ok' ? [] : [name],
      )
      return { status: answer.status, says: body.status, away }
    }),
  )
}

async function status(url: string): Promise<number | undefined> {
  const answer = await fetch(url).catch(() => undefined)
  await answer?.body?.cancel()
  return answer?.status
}

async function expectKept({ database }: BalancedStack, { events, customers }: Acknowledged): Promise<void> {
  expect(events.length).toBeGreaterThan(100)
  const [kept] = await database.asOwner(
    'select count(*)::int as rows, count(distinct event_id)::int as ids from events where event_id = any($1)',
    [events],
  )
  expect(kept).toEqual({ rows: events.length, ids: events.length })
  const found = await database.asOwner(
    'select external_id, array_agg(id) as ids from customers where external_id = any($1) group by 1 order by 1',
    [[...customers.keys()]],
  )
  const promised = [...customers].map(([external_id, id]) => ({ external_id, ids: [id] }))
  expect(found).toEqual(promised.toSorted((a, b) => (a.external_id < b.external_id ? -1 : 1)))
}
