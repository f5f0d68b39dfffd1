import { createTestDatabase } from '@flexprice/testing'
import { expect, test } from 'vitest'
import {
  addLineItem,
  addMeteredFeature,
  addPlan,
  addPrice,
  addSubscription,
} from '../testing/catalog-rows.ts'
import { appendEvents } from './append-events.ts'
import { dropEventMonths } from './drop-event-months.ts'

/** The first instant of a month, so many months from this one. */
function month(offset: number): Date {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1))
}
const nameOf = (date: Date) => date.toISOString().slice(0, 7).replace('-', '_')
const event = (eventId: string, timestamp: Date) => ({
  eventId,
  eventName: 'n',
  externalCustomerId: 'c',
  customerId: null,
  timestamp: timestamp.toISOString(),
  source: null,
  properties: {},
})

test('whole months before one go, and what lay in the rest; the ids stay used; a dry run changes nothing', async () => {
  await using stack = await createTestDatabase()
  const scoped = await stack.newTenant()
  const last = new Date(month(-9).getTime() - 1)
  const events = [
    event('rest', new Date('2001-01-01T00:00:00Z')),
    event('dropped', last),
    event('first that stays', month(-9)),
  ]
  await appendEvents(scoped, events)
  const ids = async () =>
    (await scoped.db.selectFrom('events').select('event_id').orderBy('timestamp').execute()).map(
      (row) => row.event_id,
    )
  const expected = { months: [-12, -11, -10].map((offset) => nameOf(month(offset))), eventsOfTheRest: 1 }
  const options = { before: month(-9), unbilledToo: false }
  expect(await dropEventMonths(stack.ownerUrl, { ...options, dryRun: true })).toEqual(expected)
  expect(await ids()).toEqual(['rest', 'dropped', 'first that stays'])
  expect(await dropEventMonths(stack.ownerUrl, { ...options, dryRun: false })).toEqual(expected)
  expect(await ids()).toEqual(['first that stays'])
  expect(await appendEvents(scoped, events)).toEqual({
    duplicates: [0, 1, 2],
    conflicts: [],
    tooFarAhead: [],
    contradicting: [],
  })
  expect(await stack.database.ensureEventMonths()).toBe(0)
  expect(await dropEventMonths(stack.ownerUrl, { ...options, dryRun: false })).toEqual({
    months: [],
    eventsOfTheRest: 0,
  })
})

test('months that a period still needs are kept, unless told otherwise', async () => {
  await using stack = await createTestDatabase()
  const scoped = await stack.newTenant()
  const { id: plan_id } = await addPlan(scoped)
  const { meter_id } = await addMeteredFeature(scoped)
  const price = await addPrice(scoped, { plan_id, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id })
  const { id: subscription_id } = await addSubscription(scoped, { plan_id })
  await addLineItem(scoped, { subscription_id, price_id: price.id })
  const period = { current_period_start: month(-3), current_period_end: month(-2) }
  await scoped.db.updateTable('subscriptions').set(period).execute()
  await scoped.db
    .updateTable('subscription_line_items')
    .set({ start_date: month(-5) })
    .execute()
  const drop = (offset: number, unbilledToo: boolean) =>
    dropEventMonths(stack.ownerUrl, { before: month(offset), unbilledToo, dryRun: false })
  await expect(drop(-2, false)).rejects.toMatchObject({
    code: 'invalid_operation',
    details: { drafts: 0, periods: 1, running: 0 },
  })
  expect((await drop(-3, false)).months).toHaveLength(9)
  expect((await drop(-2, true)).months).toEqual([nameOf(month(-3))])
})

test('where a meter that never resets holds the months, it is named, and how to get out', async () => {
  await using stack = await createTestDatabase()
  const scoped = await stack.newTenant()
  const { id: plan_id } = await addPlan(scoped)
  const { meter_id } = await addMeteredFeature(scoped)
  await scoped.db.updateTable('meters').set({ reset_usage: 'NEVER' }).execute()
  const price = await addPrice(scoped, { plan_id, type: 'USAGE', invoice_cadence: 'ARREAR', meter_id })
  const { id: subscription_id } = await addSubscription(scoped, { plan_id })
  await addLineItem(scoped, { subscription_id, price_id: price.id })
  const period = { current_period_start: month(-1), current_period_end: month(0) }
  await scoped.db.updateTable('subscriptions').set(period).execute()
  await scoped.db
    .updateTable('subscription_line_items')
    .set({ start_date: month(-5) })
    .execute()
  const drop = () => dropEventMonths(stack.ownerUrl, { before: month(-2), unbilledToo: false, dryRun: false })
  await expect(drop()).rejects.toMatchObject({
    message: expect.stringMatching(
      `1 subscriptions with a meter that never resets \\(${meter_id}\\).*End those lines`,
    ),
    details: { drafts: 0, periods: 0, running: 1, never_resetting_meters: [meter_id] },
  })
  await scoped.db
    .updateTable('subscription_line_items')
    .set({ end_date: month(-3), ended_by: 'user' })
    .execute()
  expect((await drop()).months).toHaveLength(10)
})
