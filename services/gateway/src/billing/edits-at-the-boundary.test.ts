import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf, day } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addPreviewedPlan, completed, lineOf, type PreviewedPlan } from '../testing/previewed-plan.ts'
import { startGatewayWithSync } from '../testing/sync-under-test.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let plan: PreviewedPlan
beforeAll(async () => {
  gateway = await startGatewayWithBilling(startGatewayWithSync)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const boundary = '2026-09-01T00:00:00.000Z'

/** A call in August and one in the boundary's own instant, which is September's. */
async function makePlan(): Promise<void> {
  caller = await newClockedCaller(gateway, '2026-08-05T00:00:00Z')
  plan = await addPreviewedPlan(caller)
  await plan.first.use('2026-08-20T00:00:00Z')
  await plan.first.use(boundary)
}

const sync = async (): Promise<unknown> =>
  completed(caller, await caller.call('POST', `/plans/${plan.planId}/sync/subscriptions`))

async function edit(changes: object = {}): Promise<void> {
  for (const [id, amount] of [
    [plan.fixedId, '20'],
    [plan.usageId, '3'],
  ]) {
    const answer = await caller.call('PUT', `/prices/${id}`, { amount, ...changes })
    expect(answer).toMatchObject({ status: 200 })
  }
}

const line = z.looseObject({ period_start: z.string(), price_type: z.string(), amount: z.string() })
const invoice = z.object({ line_items: z.array(line) })

/** What each of its cycles' invoices has: when the line's span began, and its amount; nothing of what costs nothing. */
async function billed(who: Caller = caller): Promise<string[][]> {
  const cycles = await cyclesOf(who, plan.first.id)
  return Promise.all(
    cycles.map(async ({ id }) =>
      invoice
        .parse((await who.call('GET', `/invoices/${id}`)).body)
        .line_items.filter(({ amount }) => amount !== '0')
        .map(({ price_type, period_start, amount }) => `${price_type} ${day(period_start)} ${amount}`)
        .toSorted(),
    ),
  )
}

async function billAt(at: string): Promise<void> {
  await caller.moveClock(at)
  expect(await bill(caller)).toMatchObject({ subscriptions_failed: 0 })
}

const [afterAugust, afterSeptember] = ['2026-09-01T02:00:00Z', '2026-10-01T02:00:00Z']

test('a price edited in the boundary’s instant and synced before it: the new one bills what begins, the old what ends', async () => {
  await makePlan()
  await edit({ effective_from: boundary })
  await sync()
  await billAt(afterAugust)
  await billAt(afterSeptember)
  expect(await billed()).toEqual([
    ['FIXED 2026-09-01 20', 'USAGE 2026-08-01 0.5'],
    ['FIXED 2026-10-01 20', 'USAGE 2026-09-01 3'],
  ])
})

test('a price edited in the boundary’s instant and synced after its billing: what is billed stays, once', async () => {
  await makePlan()
  await edit({ effective_from: boundary })
  await billAt(afterAugust)
  await sync()
  await billAt(afterSeptember)
  expect(await billed()).toEqual([
    ['FIXED 2026-09-01 10', 'USAGE 2026-08-01 0.5'],
    ['FIXED 2026-10-01 20', 'USAGE 2026-09-01 3'],
  ])
})

test('a price edited in the very instant of the boundary, as the clock says, is one of the period that begins', async () => {
  await makePlan()
  await caller.moveClock(boundary)
  await edit()
  await sync()
  await billAt(afterAugust)
  expect(await billed()).toEqual([['FIXED 2026-09-01 20', 'USAGE 2026-08-01 0.5']])
})

test('a sync and a billing run at once bill the period that begins once, at one version or the other', async () => {
  await makePlan()
  await edit({ effective_from: boundary })
  await caller.moveClock(afterAugust)
  await Promise.all([bill(caller), sync()])
  const [first] = await billed()
  expect([
    ['FIXED 2026-09-01 10', 'USAGE 2026-08-01 0.5'],
    ['FIXED 2026-09-01 20', 'USAGE 2026-08-01 0.5'],
  ]).toContainEqual(first)
  await billAt(afterSeptember)
  expect((await billed())[1]).toEqual(['FIXED 2026-10-01 20', 'USAGE 2026-09-01 3'])
})

test('a line ended in the boundary’s instant bills what ended, and nothing of what begins', async () => {
  await makePlan()
  for (const priceId of [plan.fixedId, plan.usageId]) {
    const path = `/subscriptions/lineitems/${await lineOf(caller, plan.first.id, priceId)}`
    expect(await caller.call('DELETE', path, { effective_from: boundary })).toMatchObject({ status: 200 })
  }
  await billAt(afterAugust)
  await billAt(afterSeptember)
  expect(await billed()).toEqual([['USAGE 2026-08-01 0.5']])
  expect((await caller.call('GET', `/subscriptions/${plan.first.id}`)).body).toMatchObject({
    current_period_start: '2026-10-01T00:00:00.000Z',
  })
})
