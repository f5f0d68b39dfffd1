import { inTransaction } from '@flexprice/database/connection'
import { postgresEventStore } from '@flexprice/database/events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  billLateUsage,
  billUntil,
  explainedAmounts,
  invoicesOf,
  linesOf,
  listedAsLate,
  subscribeToUsage,
} from '../testing/late-usage-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(async () => {
  caller = await gateway.newCaller()
})

const calls = { meter: { event_name: 'call' }, price: { amount: '0.5' } }
const [september, october, november] = [
  '2026-09-01T00:00:00Z',
  '2026-10-01T00:00:00Z',
  '2026-11-01T00:00:00Z',
]

test('the setting is kept with who has changed it, and has two values', async () => {
  const { environmentId } = caller.scoped.scope
  const path = `/environments/${environmentId}/settings`
  expect(await caller.call('GET', path)).toMatchObject({ body: { late_usage: 'list' } })
  await billLateUsage(caller)
  expect(await caller.call('PUT', path, { late_usage: 'forget' })).toMatchObject({ status: 400 })
  expect(await caller.call('GET', path)).toMatchObject({ body: { late_usage: 'bill' } })
  const entries = await caller.scoped.db
    .selectFrom('audit_entries')
    .select(['entity_id', 'changes'])
    .execute()
  expect(entries).toEqual([
    { entity_id: environmentId, changes: { late_usage: { from: 'list', to: 'bill' } } },
  ])
})

test('what came late is billed on the next invoice as a line of its own, and listed no more', async () => {
  await billLateUsage(caller)
  const { id, use } = await subscribeToUsage(caller, [calls])
  await use('call', '2026-08-10T00:00:00Z')
  await billUntil(caller, september)
  await use('call', '2026-08-11T00:00:00Z')
  await use('call', '2026-08-12T00:00:00Z')
  await use('call', '2026-09-10T00:00:00Z')
  expect(await listedAsLate(caller)).toHaveLength(2)
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: id })
  expect(preview.body).toMatchObject({
    total: '1.5',
    line_items: [{ amount: '0.5' }, { amount: '1', revision: 1 }],
  })
  await billUntil(caller, october)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([['0.5'], ['0.5', '1 of 08, 1']])
  expect(all[1]).toMatchObject({ total: '1.5', invoice_status: 'FINALIZED' })
  expect(await explainedAmounts(caller, all[1]?.id ?? '')).toEqual(['0.5', '1'])
  expect(await listedAsLate(caller)).toEqual([])
})

test('whenever it comes, each line and its revisions are together what all events cost', async () => {
  await billLateUsage(caller)
  const { id, use } = await subscribeToUsage(caller, [calls])
  await use('call', '2026-08-10T00:00:00Z')
  await billUntil(caller, september)
  await use('call', '2026-08-31T23:59:59.999Z')
  await billUntil(caller, october)
  await use('call', '2026-09-30T00:00:00Z')
  await use('call', '2026-08-01T00:00:00Z')
  await billUntil(caller, november)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([
    ['0.5'],
    ['0', '0.5 of 08, 1'],
    ['0', '0.5 of 08, 2', '0.5 of 09, 1'],
  ])
  await billUntil(caller, november)
  expect(await invoicesOf(caller, id)).toEqual(all)
})

/** Whether a schedule's tick would start billing. */
async function isDue(): Promise<boolean> {
  const due = await gateway.database.database.listDueEnvironments({ afterId: '', environmentsMax: 500 })
  return due.some(({ environmentId }) => environmentId === caller.scoped.scope.environmentId)
}

test('without the setting it is listed and never billed; once it is set, what was listed is billed too', async () => {
  const { id, use } = await subscribeToUsage(caller, [calls])
  await use('call', '2026-08-10T00:00:00Z')
  await billUntil(caller, september)
  await use('call', '2026-08-11T00:00:00Z')
  await billUntil(caller, october)
  expect(await listedAsLate(caller)).toEqual(['2026-08-11T00:00:00.000Z'])
  await billLateUsage(caller)
  await billUntil(caller, november)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([['0.5'], ['0'], ['0', '0.5 of 08, 1']])
  expect(await listedAsLate(caller)).toEqual([])
})

test('a running value counts in each later final invoice, and an allowance frees what it did when it was billed', async () => {
  await billLateUsage(caller)
  const seats = { event_name: 'seat', aggregation: { type: 'SUM', field: 'value' }, reset_usage: 'NEVER' }
  const { id, grantIds, use } = await subscribeToUsage(caller, [
    { meter: seats, price: { amount: '1' } },
    { ...calls, free: 2 },
  ])
  await use('seat', '2026-08-02T00:00:00Z', '3')
  await use('call', '2026-08-02T00:00:00Z')
  await billUntil(caller, october)
  const more = { usage_limit: 100 }
  expect(await caller.call('PUT', `/entitlements/${grantIds[0]}`, more)).toMatchObject({ status: 200 })
  await use('seat', '2026-08-03T00:00:00Z', '2')
  await use('call', '2026-08-03T00:00:00Z')
  await use('call', '2026-08-04T00:00:00Z')
  await billUntil(caller, november)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all).toSorted())).toEqual([
    ['0', '3'],
    ['0', '3'],
    ['0', '0.5 of 08, 1', '2 of 08, 1', '2 of 09, 1', '5'],
  ])
})

test('where an allowance is shared, a line without late events is billed for what is free no more', async () => {
  await billLateUsage(caller)
  const ofRegion = (region: string) => ({ filter_values: { value: [region] } })
  const { id, use } = await subscribeToUsage(caller, [
    { meter: calls.meter, price: { amount: '1', ...ofRegion('eu') }, free: 2 },
    { meter: calls.meter, price: { amount: '3', ...ofRegion('us') } },
  ])
  await use('call', '2026-08-10T00:00:00Z', 'eu')
  await use('call', '2026-08-11T00:00:00Z', 'us')
  await billUntil(caller, september)
  await use('call', '2026-08-12T00:00:00Z', 'eu')
  await billUntil(caller, october)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([
    ['0', '0'],
    ['0', '0', '3 of 08, 1'],
  ])
})

test('a subscription that has ended gets an invoice of its own for each time that something came', async () => {
  await billLateUsage(caller)
  const { id, use } = await subscribeToUsage(caller, [calls], { end_date: '2026-09-15T00:00:00.000Z' })
  await billUntil(caller)
  expect((await caller.call('GET', `/subscriptions/${id}`)).body).toMatchObject({
    subscription_status: 'cancelled',
  })
  await use('call', '2026-08-11T00:00:00Z')
  await use('call', '2026-09-11T00:00:00Z')
  await use('call', '2026-09-16T00:00:00Z')
  expect(await isDue()).toBe(true)
  await billUntil(caller)
  expect(await isDue()).toBe(false)
  await use('call', '2026-08-12T00:00:00Z')
  await billUntil(caller)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([
    ['0'],
    ['0'],
    ['0.5 of 08, 1', '0.5 of 09, 1'],
    ['0.5 of 08, 2'],
  ])
  expect(all.slice(2).map(({ invoice_status }) => invoice_status)).toEqual(['FINALIZED', 'FINALIZED'])
  expect(await billUntil(caller)).toMatchObject({ due: 0, invoices_created: 0 })
  expect(await caller.call('POST', `/invoices/${all[3]?.id}/void`)).toMatchObject({ status: 200 })
  expect(await billUntil(caller)).toMatchObject({ due: 0, invoices_created: 0 })
})

test('an event that commits while its invoice is closed, or late usage is looked at, is billed by the next look', async () => {
  await billLateUsage(caller)
  const { id, externalId, use } = await subscribeToUsage(caller, [calls])
  await use('call', '2026-08-10T00:00:00Z')
  const late = {
    eventName: 'call',
    externalCustomerId: externalId,
    customerId: null,
    source: null,
    properties: {},
  }
  await inTransaction(caller.scoped, async (transaction) => {
    await postgresEventStore.append(transaction, [
      { ...late, eventId: 'one', timestamp: '2026-08-11T00:00:00Z' },
    ])
    await billUntil(caller, september)
  })
  await inTransaction(caller.scoped, async (transaction) => {
    await postgresEventStore.append(transaction, [
      { ...late, eventId: 'two', timestamp: '2026-08-12T00:00:00Z' },
    ])
    await billUntil(caller, october)
  })
  await billUntil(caller, november)
  const all = await invoicesOf(caller, id)
  expect(all.map((one) => linesOf(one, all))).toEqual([['0.5'], ['0', '0.5 of 08, 1'], ['0', '0.5 of 08, 2']])
})
