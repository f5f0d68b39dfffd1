import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  billLateUsage,
  billUntil,
  invoicesOf,
  linesOf,
  listedAsLate,
  moveClock,
  subscribeToUsage,
} from '../testing/late-usage-under-test.ts'

let gateway: GatewayUnderTest

beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const calls = { meter: { event_name: 'call' }, price: { amount: '0.5' } }

async function newCallerAt(instant: string): Promise<Caller> {
  return gateway.newKeyOf(await gateway.database.newTenant({ clockAt: new Date(instant) }))
}

async function setDelay(caller: Caller, hours: number): Promise<void> {
  const path = `/environments/${caller.scoped.scope.environmentId}/settings`
  expect(await caller.call('PUT', path, { finalization_delay_hours: hours })).toMatchObject({ status: 200 })
}

test('an event of just now that is late for an invoice that was closed at once is billed, too', async () => {
  const caller = await newCallerAt('2026-09-01T00:01:00Z')
  await billLateUsage(caller)
  await setDelay(caller, 0)
  const { id, use } = await subscribeToUsage(caller, [calls])
  await billUntil(caller, '2026-09-01T00:01:00Z')
  await use('call', '2026-08-31T23:59:30Z')
  expect(await listedAsLate(caller)).toEqual(['2026-08-31T23:59:30.000Z'])
  await moveClock(gateway, caller, '2026-10-01T00:01:00Z')
  await billUntil(caller, '2026-10-01T00:01:00Z')
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([['0'], ['0', '0.5 of 08, 1']])
  expect(await listedAsLate(caller)).toEqual([])
})

test.each(['by the endpoint', 'when its delay is over'])(
  'a draft that bears late lines has them as they are when it is closed %s',
  async (how) => {
    const caller = await newCallerAt('2026-09-01T02:00:00Z')
    await billLateUsage(caller)
    const { id, use } = await subscribeToUsage(caller, [calls])
    await billUntil(caller, '2026-09-01T02:00:00Z')
    await use('call', '2026-08-10T00:00:00Z')
    await moveClock(gateway, caller, '2026-10-01T00:10:00Z')
    await billUntil(caller, '2026-10-01T00:10:00Z')
    const drafted = await invoicesOf(caller, id)
    expect(drafted[1]).toMatchObject({ invoice_status: 'DRAFT' })
    expect(linesOf(drafted[1], drafted)).toEqual(['0', '0.5 of 08, 1'])
    expect(await listedAsLate(caller)).toHaveLength(1)
    await use('call', '2026-08-11T00:00:00Z')
    if (how === 'by the endpoint') {
      const path = `/invoices/${drafted[1]?.id}/finalize`
      expect(await caller.call('POST', path)).toMatchObject({ status: 200 })
    } else {
      await moveClock(gateway, caller, '2026-10-01T01:10:00Z')
      await billUntil(caller, '2026-10-01T01:10:00Z')
    }
    const all = await invoicesOf(caller, id)
    expect(all[1]).toMatchObject({ invoice_status: 'FINALIZED' })
    expect(linesOf(all[1], all)).toEqual(['0', '1 of 08, 1'])
    expect(await listedAsLate(caller)).toEqual([])
  },
)

async function countNotices({ scoped }: Caller): Promise<number> {
  return (await scoped.db.selectFrom('late_notices').select('since').execute()).length
}

test('events that are not old leave nothing behind, but where a test clock may leap over one', async () => {
  const [byDay, clocked] = [await gateway.newCaller(), await newCallerAt('2026-09-01T02:00:00Z')]
  const fourMinutesMs = 240_000
  for (const [caller, timestamp] of [
    [byDay, new Date(Date.now() - fourMinutesMs).toISOString()],
    [clocked, '2026-09-01T01:56:00Z'],
  ] as const) {
    await billLateUsage(caller)
    const { use } = await subscribeToUsage(caller, [calls])
    await use('call', timestamp)
  }
  expect(await countNotices(byDay)).toBe(0)
  expect(await countNotices(clocked)).toBe(1)
})

test('notices of old events stay few', async () => {
  const caller = await newCallerAt('2026-09-01T02:00:00Z')
  await billLateUsage(caller)
  const { use } = await subscribeToUsage(caller, [calls])
  const count = () => countNotices(caller)
  await billUntil(caller, '2026-09-01T02:00:00Z')
  for (let hour = 0; hour < 51; hour++) await use('call', new Date(Date.UTC(2026, 7, 1, hour)).toISOString())
  expect(await count()).toBe(51)
  await billUntil(caller, '2026-09-01T02:00:00Z')
  expect(await count()).toBe(1)
  await moveClock(gateway, caller, '2026-10-03T00:00:00Z')
  await billUntil(caller, '2026-10-03T00:00:00Z')
  expect(await count()).toBe(0)
})
