import { expect, test } from 'vitest'
import { type SyncLine, type SyncPrice, syncLines } from './price-sync.ts'

const day = (n: number) => new Date(Date.UTC(2026, 0, n))
const unbilledFrom = day(3)
const subscription = {
  currency: 'usd',
  billing_period: 'MONTHLY',
  billing_period_count: 1,
  start_date: day(1),
  plan_since: null,
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

const open = { price_id: 'a', quantity: '2', end_date: null, ended_by: null, user_end: null } as const

function line(changes: Partial<SyncLine> = {}): SyncLine {
  return { ...open, start_date: day(1), ...changes }
}

function sync(prices: readonly SyncPrice[], lines: readonly SyncLine[], overriddenFrom?: Date) {
  return syncLines({
    subscription,
    prices,
    hasChanged: () => true,
    overriddenFrom: new Map(overriddenFrom ? [['a', overriddenFrom]] : []),
    lines,
    unbilledFrom,
    newLine: (added) => added,
  })
}

const userEnd = { end_date: day(5), ended_by: 'user' } as const
const priceEnd = { end_date: day(5), ended_by: 'price' } as const

// The rows of billing rules, section 8, in their order.
test.each([
  ['another currency', price({ currency: 'eur' }), [], undefined, 'incompatible', []],
  ['ONETIME', price({ billing_period: 'ONETIME' }), [], undefined, 'incompatible', []],
  ['ended in billed time, no line of it', price({ end_date: day(3) }), [], undefined, 'ended', []],
  [
    'never at work, no line of it',
    price({ start_date: day(9), end_date: day(9) }),
    [],
    undefined,
    'ended',
    [],
  ],
  ['overridden', price(), [line(userEnd)], day(5), 'overridden', [line(userEnd)]],
  ['overridden from its start on', price({ start_date: day(4) }), [], day(4), 'overridden', []],
  ["a user's end", price(), [line(userEnd)], undefined, 'ended_by_user', [line(userEnd)]],
  ['open line, price ends', price({ end_date: day(5) }), [line()], undefined, 'removed', [line(priceEnd)]],
  [
    'open line, price ended before it',
    price({ end_date: day(1) }),
    [line({ start_date: day(3) })],
    undefined,
    'removed',
    [line({ start_date: day(3), end_date: day(3), ended_by: 'price' })],
  ],
  [
    'end moved on',
    price({ end_date: day(8) }),
    [line(priceEnd)],
    undefined,
    'added',
    [line({ ...priceEnd, end_date: day(8) })],
  ],
  [
    'end moved back',
    price({ end_date: day(4) }),
    [line(priceEnd)],
    undefined,
    'removed',
    [line({ ...priceEnd, end_date: day(4) })],
  ],
  ['end gone', price(), [line(priceEnd)], undefined, 'added', [line()]],
  ['as it is', price(), [line()], undefined, 'in_sync', [line()]],
  [
    'no line',
    price({ min_quantity: 3, start_date: day(4) }),
    [],
    undefined,
    'added',
    [line({ quantity: '3', start_date: day(4) })],
  ],
  [
    'no line, came and went in time that is not billed',
    price({ start_date: day(2), end_date: day(4) }),
    [],
    undefined,
    'added',
    [line({ quantity: '1', start_date: day(2), end_date: day(4), ended_by: 'price' })],
  ],
  [
    'no line, overridden later on',
    price(),
    [],
    day(6),
    'added',
    [line({ quantity: '1', end_date: day(6), ended_by: 'user' })],
  ],
] as const)('%s', (_what, one, lines, overriddenFrom, outcome, after) => {
  const synced = sync([one], lines, overriddenFrom)
  expect(synced.outcomes).toMatchObject([{ priceId: 'a', outcome }])
  expect(synced.lines).toEqual(after)
  const again = sync([one], synced.lines, overriddenFrom)
  expect(again.lines).toEqual(after)
  expect(['added', 'removed']).not.toContain(again.outcomes[0]?.outcome)
})

const chain = [
  price({ end_date: day(6) }),
  price({ id: 'b', start_date: day(6), end_date: day(12) }),
  price({ id: 'c', start_date: day(12) }),
]

test('each version takes over the quantities that the chain had in its time, also one that came and went', () => {
  const lines = [line({ end_date: day(8), ended_by: 'user' }), line({ start_date: day(8), quantity: '7' })]
  expect(sync(chain, lines).lines).toEqual([
    line({ end_date: day(6), ended_by: 'price', user_end: day(8) }),
    line({ start_date: day(8), end_date: day(8), ended_by: 'price', quantity: '7' }),
    line({ price_id: 'b', start_date: day(6), end_date: day(8), ended_by: 'user' }),
    line({ price_id: 'b', start_date: day(8), end_date: day(12), ended_by: 'price', quantity: '7' }),
    line({ price_id: 'c', start_date: day(12), quantity: '7' }),
  ])
})

test("a user's end and an override hold from their instant on; before it the sync chooses the version", () => {
  const after = [
    line({ end_date: day(6), ended_by: 'price', user_end: day(9) }),
    line({ price_id: 'b', start_date: day(6), end_date: day(9), ended_by: 'user' }),
  ]
  const ended = line({ end_date: day(9), ended_by: 'user' })
  for (const [overriddenFrom, skip] of [
    [undefined, 'ended_by_user'],
    [day(9), 'overridden'],
  ] as const) {
    const synced = sync(chain, [ended], overriddenFrom)
    expect(synced.lines).toEqual(after)
    expect(synced.outcomes.map(({ outcome }) => outcome)).toEqual(['removed', 'added', skip])
    expect(sync(chain, synced.lines, overriddenFrom).lines).toEqual(after)
  }
})

test("a user's end stands again when the price that ended before it goes on for longer", () => {
  const ended = line({ end_date: day(9), ended_by: 'user' })
  const cut = sync([price({ end_date: day(4) })], [ended]).lines
  expect(cut).toEqual([line({ end_date: day(4), ended_by: 'price', user_end: day(9) })])
  expect(sync([price({ end_date: day(20) })], cut).lines).toEqual([ended])
})

test('what has not changed makes no pair', () => {
  const nothing = syncLines({
    ...{ subscription, prices: [price()], overriddenFrom: new Map(), lines: [], unbilledFrom },
    hasChanged: () => false,
    newLine: (added) => added,
  })
  expect(nothing).toEqual({ lines: [], outcomes: [] })
})
