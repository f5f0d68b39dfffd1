import type { PriceTerms, Step } from '../lives/step.ts'
import {
  at,
  change,
  changePlan,
  edit,
  fixed,
  flat,
  monthly,
  priceOf,
  subscribe,
  testLives,
  voidAndReplace,
  wait,
} from './testing/short-lives.ts'

// What lives whose subscriptions change their plans have found, each as the fewest steps that failed.
/** Of the greatest value. */
const usage: PriceTerms = { ...monthly, type: 'USAGE', cadence: 'ARREAR', money: flat('0.67'), meter: 2 }

function send(when: string): Step {
  const event = { id: `of ${when}`, subscription: 0, meter: 2, time: at(when), value: '1' }
  return { kind: 'send-events', at: at(when), events: [event] }
}

function pay(payment: number, when: string): Step {
  const whole = { invoice: { back: 0 }, amount: null, isOfCredits: false } as const
  return { kind: 'pay', at: at(when), payment, subscription: 0, ...whole }
}

testLives([
  [
    'of an invoice on which credit was netted more goes back than was paid on it',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('30')), chain: 1, plan: 1 },
      ...[subscribe('2026-01-01'), pay(0, '2026-01-02')],
      ...[changePlan('2026-01-11'), pay(1, '2026-01-11')],
      {
        kind: 'cancel',
        at: at('2026-01-12'),
        subscription: 0,
        isBehind: false,
        when: 'now',
        isProrated: true,
        isSkipped: false,
      },
      wait('2026-02-02'),
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
  ...(['2026-02-10', '2026-02-15'] as const).map(
    (back) =>
      [
        `a version that waited went with its plan: the next one comes to the plan that is back on ${back}`,
        [
          priceOf(fixed('10')),
          { ...priceOf(fixed('20')), chain: 1, plan: 1 },
          subscribe('2026-01-01'),
          { ...edit('2026-02-05', '2026-02-05', '12'), isWaiting: true },
          { kind: 'sync-prices', at: at('2026-02-06') },
          ...[changePlan('2026-02-10'), { ...changePlan(back), plan: 0 } as const],
          edit('2026-02-20', '2026-02-20', '14'),
          { kind: 'sync-prices', at: at('2026-03-05') },
          wait('2026-05-02'),
        ],
      ] as const,
  ),
  [
    'a plan that goes with the boundary at which a pause begins does not come back with the end of that',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('20')), chain: 1, plan: 1 },
      subscribe('2026-01-01'),
      { ...change('pause', '2026-01-10', true), when: 'period-end' },
      { ...changePlan('2026-01-15'), when: 'period-end', isProrated: false },
      change('resume', '2026-03-15', true),
      wait('2026-05-02'),
    ],
  ],
  [
    'a version that comes inside the period with which its plan came parts nothing in arrears',
    [
      priceOf(fixed('10')),
      { ...priceOf({ ...fixed('20'), cadence: 'ARREAR' }), chain: 1, plan: 1 },
      subscribe('2026-01-01', { isProrated: false }),
      { ...changePlan('2026-01-05'), when: 'period-end', isProrated: false },
      { ...edit('2026-01-12', '2026-02-10', '77'), chain: 1 },
      wait('2026-04-01'),
    ],
  ],
  [
    'a plan that comes, goes and comes in one instant, of a subscription that was paused before',
    [
      priceOf(fixed('10')),
      { ...priceOf(fixed('20')), chain: 1, plan: 1 },
      ...[subscribe('2026-01-01'), changePlan('2026-01-05')],
      ...[change('pause', '2026-01-08', true), change('resume', '2026-01-10', true)],
      ...([0, 1, 0] as const).map((plan) => ({ ...changePlan('2026-01-21'), plan }) as const),
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
])
