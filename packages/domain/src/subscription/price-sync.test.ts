import { expect, test } from 'vitest'
import { type SyncLine, type SyncPrice, syncLines } from './price-sync.ts'

const day = (n: number) => new Date(Date.UTC(2026, 0, n))
const now = day(10)
const subscription = {
  currency: 'usd',
  billing_period: 'MONTHLY',
  billing_period_count: 1,
  start_date: day(1),
} as const
const terms = { currency: 'usd', billing_period: 'MONTHLY', billing_period_count: 1 } as const

function price(changes: Partial<SyncPrice> = {}): SyncPrice {
  const id = changes.id ?? 'a'
  return {
    id,
    root_price_id: 'a',
    ...terms,
    start_date: day(1),
    end_date: null,
    min_quantity: null,
    ...changes,
  }
}

function line(changes: Partial<SyncLine> = {}): SyncLine {
  return { price_id: 'a', quantity: '2', start_date: day(1), end_date: null, ended_by: null, ...changes }
}

function sync(prices: readonly SyncPrice[], lines: readonly SyncLine[], overridden: readonly string[] = []) {
  return syncLines({
    subscription,
    prices,
    hasChanged: () => true,
    overriddenRoots: new Set(overridden),
    lines,
    now,
    newLine: (added) => added,
  })
}

const userEnd = { end_date: day(5), ended_by: 'user' } as const
const priceEnd = { end_date: day(5), ended_by: 'price' } as const

// The rows of billing rules, section 8, in their order.
test.each([
  ['another currency', price({ currency: 'eur' }), [], [], 'incompatible', []],
  ['ONETIME', price({ billing_period: 'ONETIME' }), [], [], 'incompatible', []],
  ['ended, no line of it', price({ end_date: day(9) }), [], [], 'ended', []],
  ['overridden', price(), [line()], ['a'], 'overridden', [line()]],
  ["a user's end", price(), [line(userEnd)], [], 'ended_by_user', [line(userEnd)]],
  ['open line, price ends', price({ end_date: day(5) }), [line()], [], 'removed', [line(priceEnd)]],
  [
    'open line, price ended before it',
    price({ end_date: day(1) }),
    [line({ start_date: day(3) })],
    [],
    'removed',
    [line({ start_date: day(3), end_date: day(3), ended_by: 'price' })],
  ],
  [
    'end moved on',
    price({ end_date: day(8) }),
    [line(priceEnd)],
    [],
    'added',
    [line({ ...priceEnd, end_date: day(8) })],
  ],
  [
    'end moved back',
    price({ end_date: day(4) }),
    [line(priceEnd)],
    [],
    'removed',
    [line({ ...priceEnd, end_date: day(4) })],
  ],
  ['end gone', price(), [line(priceEnd)], [], 'added', [line()]],
  ['as it is', price(), [line()], [], 'in_sync', [line()]],
  [
    'no line',
    price({ min_quantity: 3, start_date: day(4) }),
    [],
    [],
    'added',
    [line({ quantity: '3', start_date: day(4) })],
  ],
  [
    'no line, scheduled and bounded',
    price({ start_date: day(12), end_date: day(20) }),
    [],
    [],
    'added',
    [line({ quantity: '1', start_date: day(12), end_date: day(20), ended_by: 'price' })],
  ],
] as const)('%s', (_what, one, lines, overridden, outcome, after) => {
  const synced = sync([one], lines, overridden)
  expect(synced.outcomes).toEqual([{ priceId: 'a', outcome }])
  expect(synced.lines).toEqual(after)
})

test("a successor takes over the quantity of the chain's last line; an override passes the whole chain over", () => {
  const chain = [price({ end_date: day(6) }), price({ id: 'b', start_date: day(6) })]
  expect(sync(chain, [line({ quantity: '7' })]).lines).toEqual([
    line({ quantity: '7', end_date: day(6), ended_by: 'price' }),
    line({ price_id: 'b', quantity: '7', start_date: day(6) }),
  ])
  expect(sync(chain, [line()], ['a']).outcomes.map(({ outcome }) => outcome)).toEqual([
    'overridden',
    'overridden',
  ])
  expect(sync(chain, [line(userEnd)]).outcomes.map(({ outcome }) => outcome)).toEqual([
    'ended_by_user',
    'ended_by_user',
  ])
})

test('a line that a change of quantity closed is cut with the last one; what has not changed makes no pair', () => {
  const earlier = line({ end_date: day(7), ended_by: 'user' })
  const last = line({ start_date: day(7), quantity: '3' })
  expect(sync([price({ end_date: day(4) })], [earlier, last]).lines).toEqual([
    line({ end_date: day(4), ended_by: 'user' }),
    line({ start_date: day(7), end_date: day(7), ended_by: 'price', quantity: '3' }),
  ])
  const nothing = syncLines({
    ...{ subscription, prices: [price()], overriddenRoots: new Set<string>(), lines: [], now },
    hasChanged: () => false,
    newLine: (added) => added,
  })
  expect(nothing).toEqual({ lines: [], outcomes: [] })
})
