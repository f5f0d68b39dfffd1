import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer } from '../customers/customers.ts'
import { type LineItemSearch, listLineItems, searchLineItems } from '../line-items/line-item-search.ts'
import {
  addLineItem,
  addMeteredFeature,
  addPlan,
  addPrice,
  addSubscription,
  daysFromNow,
  now,
} from '../testing/catalog-rows.ts'
import { getSubscription, type SubscriptionSearch, searchSubscriptions } from './subscription-search.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
const name = new Map<string, string>()
const id: Record<string, string> = {}

function named(key: string, value: string): string {
  id[key] = value
  name.set(value, key)
  return value
}

beforeAll(async () => {
  scoped = await stack.newTenant()
  const [pro, team] = [
    named('pro', (await addPlan(scoped, 'Pro')).id),
    named('team', (await addPlan(scoped, 'Team')).id),
  ]
  const seat = await addPrice(scoped, { plan_id: pro, display_name: 'Seat' })
  const meter_id = named('meter', (await addMeteredFeature(scoped)).meter_id ?? '')
  const usage = await addPrice(scoped, {
    plan_id: team,
    currency: 'eur',
    type: 'USAGE',
    invoice_cadence: 'ARREAR',
    meter_id,
  })
  named('seat', seat.id)
  named('usage', usage.id)
  const { id: ada } = await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)
  named('ada', ada)
  const first = named('first', (await addSubscription(scoped, { plan_id: pro, customer_id: ada })).id)
  const second = named(
    'second',
    (await addSubscription(scoped, { plan_id: team, subscription_status: 'paused' })).id,
  )
  named(
    'third',
    (await addSubscription(scoped, { plan_id: team, customer_id: ada, end_date: daysFromNow(5) })).id,
  )
  const override = newId('price')
  const { tiers: _, filter_values: __, ...terms } = seat
  const links = {
    id: override,
    root_price_id: override,
    overridden_price_id: seat.id,
    plan_id: null,
    subscription_id: first,
  }
  await scoped.db
    .insertInto('prices')
    .values({ ...terms, ...links, metadata: '{}', amount: '7', sequence: 0 })
    .execute()
  named('line-seat', await addLineItem(scoped, { subscription_id: first, price_id: seat.id, quantity: '3' }))
  named('line-override', await addLineItem(scoped, { subscription_id: first, price_id: override }))
  named('line-usage', await addLineItem(scoped, { subscription_id: second, price_id: usage.id }))
  named(
    'line-ended',
    await addLineItem(scoped, {
      subscription_id: id.third ?? '',
      price_id: usage.id,
      end_date: daysFromNow(1),
    }),
  )
})

describe('a subscription', () => {
  test('is found by its id, with how far its prices are synced', async () => {
    await scoped.db
      .updateTable('plans')
      .set({ price_sequence: 9, synced_price_sequence: 4 })
      .where('id', '=', id.team ?? '')
      .execute()
    await scoped.db
      .updateTable('subscriptions')
      .set({ synced_price_sequence: 6 })
      .where('id', '=', id.second ?? '')
      .execute()
    const second = await getSubscription(scoped, id.second ?? '')
    expect(second).toMatchObject({
      plan_id: id.team,
      synced_up_to: 6,
      plan_price_sequence: 9,
      subscription_status: 'paused',
    })
    expect(await getSubscription(scoped, id.third ?? '')).toMatchObject({ synced_up_to: 4 })
    await expect(getSubscription(scoped, newId('subscription'))).rejects.toMatchObject({ code: 'not_found' })
  })

  const cases: ReadonlyArray<[string, () => SubscriptionSearch, readonly string[]]> = [
    ['without any', () => ({}), ['third', 'second', 'first']],
    ['ids', () => ({ subscription_ids: [id.first ?? '', 'subs_x'] }), ['first']],
    ['customer', () => ({ customer_id: id.ada }), ['third', 'first']],
    ['customers', () => ({ customer_ids: [id.ada ?? ''] }), ['third', 'first']],
    ['no customers', () => ({ customer_ids: [] }), []],
    ["the customer's external id", () => ({ external_customer_id: 'ada' }), ['third', 'first']],
    ['an unknown external id', () => ({ external_customer_id: '' }), []],
    ['plan', () => ({ plan_id: id.team }), ['third', 'second']],
    ['subscription status', () => ({ subscription_status: ['paused', 'draft'] }), ['second']],
    ['period', () => ({ billing_period: ['MONTHLY'] }), ['third', 'second', 'first']],
    ['another period', () => ({ billing_period: ['ONETIME'] }), []],
    ['an instant within', () => ({ active_at: daysFromNow(4) }), ['third', 'second', 'first']],
    ['the instant of an end', () => ({ active_at: daysFromNow(5) }), ['second', 'first']],
    ['an instant before all', () => ({ active_at: daysFromNow(-1) }), []],
    ['record status', () => ({ status: 'archived' }), []],
  ]
  test.each(cases)('is searched by %s', async (_, search, expected) => {
    const { items, total } = await searchSubscriptions(scoped, { ...search(), order: 'desc' })
    expect(items.map((row) => name.get(row.id)).toSorted()).toEqual(expected.toSorted())
    expect(total).toBe(expected.length)
  })

  test('is counted whole when the page is full', async () => {
    const { items, total } = await searchSubscriptions(scoped, { limit: 2 })
    expect([items.length, total]).toEqual([2, 3])
  })
})

describe('a line item', () => {
  const cases: ReadonlyArray<[string, () => LineItemSearch, readonly string[]]> = [
    ['without any', () => ({}), ['line-seat', 'line-override', 'line-usage', 'line-ended']],
    [
      'activity at an instant',
      () => ({ current_period_start: daysFromNow(1) }),
      ['line-seat', 'line-override', 'line-usage'],
    ],
    [
      'no activity',
      () => ({ active_filter: false, current_period_start: daysFromNow(2), customer_ids: [id.ada ?? ''] }),
      ['line-seat', 'line-override', 'line-ended'],
    ],
    ['ids', () => ({ subscription_line_item_ids: [id['line-usage'] ?? ''] }), ['line-usage']],
    ['subscriptions', () => ({ subscription_ids: [id.first ?? ''] }), ['line-seat', 'line-override']],
    ['prices', () => ({ price_ids: [id.usage ?? ''] }), ['line-usage', 'line-ended']],
    ['no prices', () => ({ price_ids: [] }), []],
    ['meters', () => ({ meter_ids: [id.meter ?? ''] }), ['line-usage', 'line-ended']],
    ['customers', () => ({ customer_ids: [id.ada ?? ''] }), ['line-seat', 'line-override', 'line-ended']],
    ['currencies', () => ({ currencies: ['eur'] }), ['line-usage', 'line-ended']],
    ['periods', () => ({ billing_periods: ['ANNUAL'] }), []],
    ['plans', () => ({ entity_type: 'plan', entity_ids: [id.pro ?? ''] }), ['line-seat', 'line-override']],
    ['subscriptions of their own', () => ({ entity_type: 'subscription' }), []],
    ['record status', () => ({ status: 'deleted' }), []],
    [
      'quantity',
      () => ({ filters: [{ field: 'quantity', operator: 'gt', value: { number: 2 } }] }),
      ['line-seat'],
    ],
  ]
  test.each(cases)('is searched by %s', async (_, search, expected) => {
    const { items, total } = await searchLineItems(scoped, search(), now)
    expect(items.map((row) => name.get(row.id)).toSorted()).toEqual(expected.toSorted())
    expect(total).toBe(expected.length)
  })

  test('has what the wire shows of its price, subscription and plan', async () => {
    const { items } = await searchLineItems(
      scoped,
      { subscription_line_item_ids: [id['line-seat'] ?? ''] },
      now,
    )
    expect(items).toEqual([
      expect.objectContaining({
        customer_id: id.ada,
        subscription_id: id.first,
        price_id: id.seat,
        quantity: '3.000000000000000000',
        currency: 'usd',
        display_name: 'Seat',
        billing_period: 'MONTHLY',
        billing_period_count: 1,
        invoice_cadence: 'ADVANCE',
        price_type: 'FIXED',
        entity_type: 'plan',
        entity_id: id.pro,
        plan_name: 'Pro',
      }),
    ])
  })

  test('of an override belongs to the plan whose price it replaces', async () => {
    const { items } = await searchLineItems(
      scoped,
      { subscription_line_item_ids: [id['line-override'] ?? ''] },
      now,
    )
    expect(items).toEqual([
      expect.objectContaining({ entity_type: 'plan', entity_id: id.pro, plan_name: 'Pro' }),
    ])
  })

  test('comes in the order that was asked for', async () => {
    const sort = [
      { field: 'end_date', direction: 'asc' },
      { field: 'quantity', direction: 'desc' },
    ] as const
    const { items } = await searchLineItems(scoped, { sort }, now)
    expect(items.slice(0, 2).map((row) => name.get(row.id))).toEqual(['line-ended', 'line-seat'])
    const page = await searchLineItems(scoped, { sort, limit: 1, offset: 1 }, now)
    expect([page.items.map((row) => name.get(row.id)), page.total]).toEqual([['line-seat'], 4])
  })

  test('is listed with its subscription, also when it has ended', async () => {
    const rows = await listLineItems(scoped, [id.third ?? '', id.first ?? ''])
    expect(rows.map((row) => name.get(row.id)).toSorted()).toEqual([
      'line-ended',
      'line-override',
      'line-seat',
    ])
  })
})
