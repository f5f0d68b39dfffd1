import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChangeStep, ModifyLine } from '../lives/change-step.ts'
import type { Money, PriceTerms, Step, SubscriptionTerms } from '../lives/step.ts'
import { type Databases, openDatabases } from '../product/product.ts'
import { inProcess } from './in-process.ts'
import { playLife } from './play-life.ts'

// What lives whose subscriptions are changed have found, each as the fewest steps that failed.
let database: TestDatabase
let databases: Databases
beforeAll(async () => {
  database = await createTestDatabase()
  databases = openDatabases(database)
})
afterAll(async () => {
  await databases[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const at = (text: string) => new Date(text).getTime()
const flat = (amount: string): Money => ({ model: 'FLAT_FEE', amount, divideBy: 1, round: 'up', tiers: [] })
const monthly = { period: 'MONTHLY', count: 1, isOnce: false } as const

function fixed(amount: string): PriceTerms {
  return { ...monthly, type: 'FIXED', cadence: 'ADVANCE', money: flat(amount), meter: null }
}

/** Of the greatest value. */
const usage: PriceTerms = { ...monthly, type: 'USAGE', cadence: 'ARREAR', money: flat('0.67'), meter: 2 }

function priceOf(price: PriceTerms): Extract<Step, { kind: 'add-price' }> {
  return { kind: 'add-price', at: at('2026-01-01'), chain: 0, price, start: at('2025-01-01') }
}

function subscribe(when: string, changes: Partial<SubscriptionTerms> = {}): Step {
  const terms: SubscriptionTerms = {
    ...{ period: 'MONTHLY', count: 1, zone: 'UTC', cycle: 'calendar', anchor: null, end: null },
    ...{ start: at(when), trialDays: 0, isProrated: true, ...changes },
  }
  return { kind: 'subscribe', at: at(when), subscription: 0, terms }
}

function change(kind: 'pause' | 'resume', when: string, isProrated: boolean): ChangeStep {
  return { kind, at: at(when), subscription: 0, isBehind: false, when: 'now', isProrated }
}

function cancel(asked: string, end?: string): ChangeStep {
  const when = end === undefined ? 'now' : { time: at(end) }
  const how = { when, isProrated: true, isSkipped: false } as const
  return { kind: 'cancel', at: at(asked), subscription: 0, isBehind: false, ...how }
}

function modify(when: string, act: ModifyLine['act'], chain: number): ChangeStep {
  return { kind: 'modify-line', at: at(when), subscription: 0, isBehind: false, chain, act, quantity: '1' }
}

function changePlan(when: string): Extract<ChangeStep, { kind: 'change-plan' }> {
  const how = { plan: 1, when: 'now', isProrated: true, supersedes: false } as const
  return { kind: 'change-plan', at: at(when), subscription: 0, isBehind: false, ...how }
}

function send(when: string): Step {
  const event = { id: `of ${when}`, subscription: 0, meter: 2, time: at(when), value: '1' }
  return { kind: 'send-events', at: at(when), events: [event] }
}

function grant(when: string): Step {
  const once = { every: null, isProrated: false, start: null, end: null, priority: null } as const
  const terms = { credits: '3', rate: '1', expiry: 'NEVER', ...once } as const
  return { kind: 'grant-credits', at: at(when), subscription: 0, grant: terms }
}

function voidAndReplace(when: string): Step[] {
  return (['void-invoice', 'replace-invoice', 'close-invoice'] as const).map((kind) => {
    return { kind, at: at(when), subscription: 0, back: 0 }
  })
}

const wait = (until: string): Step => ({ kind: 'wait', at: at(until), leap: false })

test.for<readonly [string, readonly Step[]]>([
  [
    'one that has not begun can be cancelled, and ends as it would begin, unbilled',
    [
      priceOf(fixed('10')),
      subscribe('2026-01-10', { start: at('2026-02-10') }),
      cancel('2026-01-20'),
      wait('2026-04-01'),
    ],
  ],
  [
    'a line that was gone before gives nothing back as its subscription is paused, as it does not come again with it',
    [
      priceOf(fixed('30')),
      subscribe('2026-01-01'),
      { kind: 'end-line', at: at('2026-01-11'), subscription: 0, chain: 0 },
      change('pause', '2026-01-16', true),
      change('resume', '2026-01-16', true),
      wait('2026-04-01'),
    ],
  ],
  [
    'it gives nothing back either as its subscription is cancelled, now or later',
    [
      priceOf(fixed('30')),
      subscribe('2026-01-01'),
      { kind: 'end-line', at: at('2026-01-11'), subscription: 0, chain: 0 },
      cancel('2026-01-16', '2026-01-21'),
      wait('2026-04-01'),
    ],
  ],
  [
    // Of 0.67 each half is 0.335.
    'one value that a pause parts into halves is billed to the cent',
    [
      priceOf(usage),
      subscribe('2026-04-01'),
      send('2026-04-02'),
      change('pause', '2026-04-11', false),
      change('resume', '2026-04-21', false),
      send('2026-04-22'),
      wait('2026-07-01'),
    ],
  ],
  [
    // 1.51 were billed, of which 15 days of 30 are 0.755 and so 0.76; of 1.5075 they would be 0.75.
    'a pause and its end in one instant cost nothing, also of a price with parts of a cent',
    [
      priceOf(fixed('1.5075')),
      subscribe('2026-04-01'),
      change('pause', '2026-04-16', true),
      change('resume', '2026-04-16', true),
      change('pause', '2026-04-16', true),
      change('resume', '2026-04-16', true),
      wait('2026-07-01'),
    ],
  ],
  [
    'after a pause a line that ends gives back nothing of another one',
    [
      priceOf(fixed('30')),
      { ...priceOf(fixed('10')), chain: 1 },
      subscribe('2026-01-01'),
      change('pause', '2026-01-11', true),
      change('resume', '2026-01-21', true),
      modify('2026-02-11', 'end-line', 1),
      wait('2026-04-01'),
    ],
  ],
  [
    'a price that comes to the new plan, and later to its subscriptions, bills nothing of the time before',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('20')), chain: 1, plan: 1 },
      subscribe('2026-01-01'),
      send('2026-01-05'),
      changePlan('2026-01-11'),
      { ...priceOf(usage), at: at('2026-01-12'), chain: 2, plan: 1 },
      { kind: 'sync-prices', at: at('2026-01-12') },
      send('2026-01-13'),
      wait('2026-04-01'),
    ],
  ],
  [
    'an override goes with its plan: a sync leaves the lines of the plan alone that has come back',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('20')), chain: 1, plan: 1 },
      subscribe('2026-01-01'),
      { kind: 'override-price', at: at('2026-01-05'), subscription: 0, chain: 0, money: flat('5') },
      changePlan('2026-01-11'),
      { ...changePlan('2026-01-21'), plan: 0 },
      { kind: 'edit-price', at: at('2026-02-11'), chain: 0, money: flat('12'), from: at('2026-02-11') },
      { kind: 'sync-prices', at: at('2026-02-12') },
      wait('2026-04-01'),
    ],
  ],
  [
    'a price that was overridden before its plan went and came back is added like any other',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('20')), chain: 1, plan: 1 },
      subscribe('2026-01-01'),
      { kind: 'override-price', at: at('2026-01-05'), subscription: 0, chain: 0, money: flat('5') },
      changePlan('2026-01-11'),
      { ...changePlan('2026-01-21'), plan: 0 },
      { kind: 'end-line', at: at('2026-01-22'), subscription: 0, chain: 0 },
      { kind: 'add-line', at: at('2026-01-25'), subscription: 0, chain: 0, quantity: '2' },
      wait('2026-04-01'),
    ],
  ],
  ...(['2026-01-15', '2026-02-01'] as const).map(
    (ended) =>
      [
        `a price that was ended as its plan came back, on ${ended}, and goes on later, is billed from that coming on`,
        [
          priceOf(fixed('10')),
          { ...priceOf(fixed('20')), chain: 1, plan: 1 },
          { ...priceOf({ ...fixed('31'), cadence: 'ARREAR' }), chain: 2, plan: 1 },
          ...[subscribe('2026-01-01'), changePlan('2026-01-11')],
          { kind: 'end-price', at: at(ended), chain: 2, end: at(ended) },
          { kind: 'sync-prices', at: at(ended) },
          { ...changePlan('2026-02-02'), plan: 0 },
          ...[changePlan('2026-02-12')],
          { kind: 'end-price', at: at('2026-02-15'), chain: 2, end: at('2026-05-11') },
          { kind: 'sync-prices', at: at('2026-02-16') },
          ...[wait('2026-03-02'), voidAndReplace('2026-03-03'), wait('2026-06-02')].flat(),
        ],
      ] as const,
  ),
  [
    'a quantity that is changed later parts nothing in arrears, though a change of plan has opened its line',
    [
      priceOf(fixed('10')),
      { ...priceOf({ ...fixed('20'), cadence: 'ARREAR' }), chain: 1, plan: 1 },
      subscribe('2026-01-01', { isProrated: false }),
      changePlan('2026-01-11'),
      { kind: 'change-quantity', at: at('2026-02-11'), subscription: 0, chain: 1, quantity: '3' },
      wait('2026-04-01'),
    ],
  ],
  [
    'credits that are granted from an instant on have come where a line is changed in it, and pay for the change',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('20')), chain: 1 },
      subscribe('2026-01-01'),
      { kind: 'end-line', at: at('2026-01-05'), subscription: 0, chain: 1 },
      wait('2026-02-10'),
      grant('2026-02-11'),
      { ...modify('2026-02-11', 'add-line', 1), isBehind: true },
      wait('2026-04-01'),
    ],
  ],
])('%s', async ([, steps]) => {
  const { failure, skipped } = await playLife(inProcess(databases), steps)
  expect(failure).toBeUndefined()
  expect(skipped).toBe(0)
})
