import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type BilledInvoice, bill, cyclesOf, day, invoicesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const long = { start_date: '2020-01-01T00:00:00Z' }
const successor = z.looseObject({ id: z.string() })

/** The instants at which its periods ended, each where the next one began. */
async function boundariesOf(caller: Caller, id: string): Promise<string[]> {
  const cycles = await cyclesOf(caller, id)
  for (const [index, { period_start }] of cycles.slice(1).entries()) {
    expect(period_start).toBe(cycles[index]?.period_end)
  }
  return cycles.map(({ period_end }) => day(period_end))
}

function totals(invoices: readonly BilledInvoice[]): string[] {
  return invoices.map(({ total }) => total)
}

test('a chain of boundaries from 31 January keeps the month’s last day, a leap day among them', async () => {
  const caller = await newClockedCaller(gateway, '2024-07-15T00:00:00Z')
  const { id } = await addCharged(caller, { start: '2024-01-31T00:00:00Z' })
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 5 })
  expect(await boundariesOf(caller, id)).toEqual([
    '2024-02-29',
    '2024-03-31',
    '2024-04-30',
    '2024-05-31',
    '2024-06-30',
  ])
})

test('a year from a leap day ends on 28 February, and on the next leap day again', async () => {
  const caller = await newClockedCaller(gateway, '2028-03-15T00:00:00Z')
  const { id: planId } = await caller.create('/plans', { name: 'Yearly' })
  await caller.create('/prices', priceBody(planId, { ...long, billing_period: 'ANNUAL' }))
  const { id } = await addCharged(caller, {
    start: '2024-02-29T00:00:00Z',
    planId,
    changes: { billing_period: 'ANNUAL' },
  })
  await bill(caller)
  expect(await boundariesOf(caller, id)).toEqual(['2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'])
})

test('a DST change: a skipped wall time moves on, an ambiguous one takes the first, and no call is lost or doubled', async () => {
  const caller = await newClockedCaller(gateway, '2024-12-01T00:00:00Z')
  const berlin = { changes: { timezone: 'Europe/Berlin' } }
  // 02:30 of the wall clock, which 31 March does not have, and 27 October has twice.
  const skipped = await addCharged(caller, { start: '2024-01-31T01:30:00Z', ...berlin })
  const doubled = await addCharged(caller, {
    start: '2024-08-27T00:30:00Z',
    planId: skipped.planId,
    ...berlin,
  })
  await skipped.use('2024-03-31T01:29:59.999Z')
  await skipped.use('2024-03-31T01:30:00.000Z')
  await skipped.use('2024-04-30T00:29:59.999Z')
  await bill(caller)
  expect(await boundariesOf(caller, skipped.id)).toEqual([
    '2024-02-29T01:30Z',
    '2024-03-31T01:30Z',
    '2024-04-30T00:30Z',
    '2024-05-31T00:30Z',
    '2024-06-30T00:30Z',
    '2024-07-31T00:30Z',
    '2024-08-31T00:30Z',
    '2024-09-30T00:30Z',
    '2024-10-31T01:30Z',
    '2024-11-30T01:30Z',
  ])
  expect(totals(await cyclesOf(caller, skipped.id)).slice(0, 4)).toEqual(['10', '10.5', '11', '10'])
  expect(await boundariesOf(caller, doubled.id)).toEqual([
    '2024-09-27T00:30Z',
    '2024-10-27T00:30Z',
    '2024-11-27T01:30Z',
  ])
})

test('40 missed months over price versions: each is billed once, at the version that was at work', async () => {
  const caller = await newClockedCaller(gateway, '2022-01-01T00:00:00Z')
  const { id: planId } = await caller.create('/plans', { name: 'Pro' })
  let { id: priceId } = await caller.create('/prices', priceBody(planId, { ...long, amount: '10' }))
  for (const [at, amount] of [
    ['2023-01-01T00:00:00Z', '12'],
    ['2024-06-10T00:00:00Z', '15'],
  ] as const) {
    await caller.moveClock(at)
    const edited = await caller.call('PUT', `/prices/${priceId}`, { amount })
    expect(edited).toMatchObject({ status: 200 })
    priceId = successor.parse(edited.body).id
  }
  await caller.moveClock('2025-10-15T00:00:00Z')
  const { id } = await addCharged(caller, { start: '2022-06-01T00:00:00Z', planId })
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 40, invoices_created: 40 })
  const invoices = await invoicesOf(caller, id)
  expect(invoices).toHaveLength(41)
  // The opening invoice and six boundaries of 2022, eighteen until the second edit, and the rest.
  const amounts = [...Array(7).fill('10'), ...Array(18).fill('12'), ...Array(16).fill('15')]
  expect(totals(invoices)).toEqual(amounts)
  const numbers = (await cyclesOf(caller, id)).map(({ invoice_number }) => invoice_number)
  expect(numbers).toEqual(numbers.toSorted())
})
