import type { ChangeStep, ModifyLine } from '../lives/change-step.ts'
import type { PriceTerms, Step } from '../lives/step.ts'
import {
  at,
  change,
  fixed,
  flat,
  monthly,
  priceOf,
  subscribe,
  testLives,
  wait,
} from './testing/short-lives.ts'

// What lives whose subscriptions are changed have found, each as the fewest steps that failed.
/** Of the greatest value. */
const usage: PriceTerms = { ...monthly, type: 'USAGE', cadence: 'ARREAR', money: flat('0.67'), meter: 2 }

function cancel(asked: string, end?: string): ChangeStep {
  const when = end === undefined ? 'now' : { time: at(end) }
  const how = { when, isProrated: true, isSkipped: false } as const
  return { kind: 'cancel', at: at(asked), subscription: 0, isBehind: false, ...how }
}

function modify(when: string, act: ModifyLine['act'], chain: number): ChangeStep {
  return { kind: 'modify-line', at: at(when), subscription: 0, isBehind: false, chain, act, quantity: '1' }
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

testLives([
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
    'what is behind is billed before an end that lies ahead is kept, and credits that fell due before pay for it',
    [
      priceOf({ ...fixed('10'), cadence: 'ARREAR' }),
      subscribe('2026-01-01'),
      grant('2026-01-20'),
      { ...cancel('2026-03-07', '2026-04-04'), isBehind: true },
      wait('2026-05-01'),
    ],
  ],
  [
    'what two wallets have paid comes back to the one that paid last, whichever was made first',
    [
      priceOf({ ...fixed('10'), cadence: 'ARREAR' }),
      { ...priceOf({ ...usage, money: flat('30') }), chain: 1 },
      subscribe('2026-01-01'),
      ...(['ALL', 'USAGE'] as const).flatMap((types, wallet): Step[] => [
        { kind: 'make-wallet', at: at('2026-01-02'), subscription: 0, rate: '1', types },
        {
          ...{ kind: 'top-up', at: at('2026-01-02'), subscription: 0, wallet, credits: '20', bonus: null },
          ...{ isPurchased: true, priority: null, effective: null, expires: null },
        },
      ]),
      send('2026-01-05'),
      {
        ...{
          kind: 'take-back',
          at: at('2026-02-10'),
          note: 0,
          subscription: 0,
          invoice: { back: 0 },
          line: 0,
        },
        ...{ toSource: false, amount: '5', isDraft: false },
      },
      wait('2026-04-01'),
    ],
  ],
  [
    'a pause that was to end with the period, and is ended before, is charged from then on',
    [
      priceOf(fixed('30')),
      subscribe('2026-01-01'),
      change('pause', '2026-01-11', true),
      { ...change('resume', '2026-01-12', false), when: 'period-end' },
      change('resume', '2026-01-21', true),
      wait('2026-03-01'),
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
])
