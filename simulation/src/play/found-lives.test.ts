import type { PriceTerms, ReviseInvoice, Step } from '../lives/step.ts'
import {
  at,
  edit,
  fixed,
  flat,
  monthly,
  priceOf,
  subscribe as subscribed,
  testLives,
  wait,
} from './testing/short-lives.ts'

// What the simulation has found, each as the fewest steps that failed.
const fee = fixed('10')
const usage: PriceTerms = { ...monthly, type: 'USAGE', cadence: 'ARREAR', money: flat('3'), meter: 0 }

const subscribe: typeof subscribed = (when, changes) => subscribed(when, { isProrated: false, ...changes })

function send(when: string, time: string): Step {
  const event = { id: `of ${time}`, subscription: 0, meter: 0, time: at(time), value: '2' }
  return { kind: 'send-events', at: at(when), events: [event] }
}

function revise(kind: ReviseInvoice['kind'], when: string, back: number): Step {
  return { kind, at: at(when), subscription: 0, back }
}

testLives([
  [
    'a trial whose start lies ahead is not billed as if it were over',
    [
      priceOf(fee),
      subscribe('2026-03-16T04:00:00Z', { start: at('2026-04-20T04:00:00Z'), trialDays: 11 }),
      wait('2026-06-02'),
    ],
  ],
  [
    "an event behind its subscription's end is listed",
    [
      priceOf(usage),
      subscribe('2026-01-12', { end: at('2026-02-04T12:49:37.737Z') }),
      send('2026-02-23', '2026-02-22T07:28:35Z'),
      wait('2026-04-02'),
    ],
  ],
  [
    'an event that an invoice has counted is not listed, whatever a sync makes of its line later',
    [
      priceOf(usage),
      subscribe('2026-01-11T10:00:00Z', { zone: 'Asia/Kolkata' }),
      send('2026-08-08', '2026-08-07'),
      edit('2026-08-08T12:00:00Z', '2026-07-29T12:00:00Z', '2'),
      edit('2026-08-30T03:00:00Z', '2026-08-26T03:00:00Z', '4'),
      { kind: 'sync-prices', at: at('2026-09-01T00:09:00Z') },
      wait('2026-10-02'),
    ],
  ],
  [
    'an event whose line came when its period was billed is listed, also where the opening of that period was voided',
    [
      priceOf(fee),
      subscribe('2026-01-21T22:00:00Z', { cycle: 'anniversary' }),
      revise('void-invoice', '2026-02-01', 0),
      send('2026-02-13', '2026-02-12'),
      { kind: 'add-price', at: at('2026-03-01'), chain: 1, price: usage, start: at('2025-01-01') },
      { kind: 'sync-prices', at: at('2026-03-01') },
      wait('2026-04-02'),
    ],
  ],
  [
    'an event whose line came when its voided period was billed anew is listed',
    [
      priceOf(fee),
      subscribe('2026-01-21T22:00:00Z', { cycle: 'anniversary' }),
      send('2026-02-13', '2026-02-12'),
      revise('void-invoice', '2026-02-22', 0),
      revise('replace-invoice', '2026-02-22', 0),
      revise('close-invoice', '2026-02-22', 0),
      { kind: 'add-price', at: at('2026-03-01'), chain: 1, price: usage, start: at('2025-01-01') },
      { kind: 'sync-prices', at: at('2026-03-01') },
      wait('2026-04-02'),
    ],
  ],
  [
    'what was used under a version that a sync passed over has spent of an allowance, on both sides of a change of quantity',
    [
      { kind: 'allow-usage', at: at('2026-01-01'), meter: 0, limit: 3, reset: 'NEVER' },
      priceOf(usage),
      subscribe('2026-01-01', {}),
      send('2026-01-10', '2026-01-10'),
      { kind: 'change-quantity', at: at('2026-01-15'), subscription: 0, chain: 0, quantity: '3' },
      send('2026-01-17', '2026-01-17'),
      ...[edit('2026-02-05', '2026-01-08', '2'), edit('2026-02-05', '2026-01-20', '4')],
      { kind: 'sync-prices', at: at('2026-02-05') },
      ...[send('2026-02-10', '2026-02-10'), wait('2026-03-02')],
    ],
  ],
  ...(['create_prorations', 'none'] as const).map(
    (behavior) =>
      [
        `a version that a sync passed over is on what is made in the place of its voided invoice (${behavior})`,
        [
          priceOf({ ...fee, cadence: 'ARREAR' }),
          { kind: 'add-price', at: at('2026-01-01'), chain: 1, price: usage, start: at('2025-01-01') },
          subscribe('2026-01-01', { isProrated: behavior === 'create_prorations' }),
          ...[send('2026-03-13', '2026-03-12'), send('2026-03-26', '2026-03-25')],
          ...[edit('2026-04-02', '2026-03-10', '20'), edit('2026-04-02', '2026-03-20', '40')],
          { ...edit('2026-04-02', '2026-03-10', '7'), chain: 1 },
          { ...edit('2026-04-02', '2026-03-20', '11'), chain: 1 },
          { kind: 'sync-prices', at: at('2026-04-02') },
          ...[revise('void-invoice', '2026-04-03', 0), revise('replace-invoice', '2026-04-03', 0)],
          ...[revise('close-invoice', '2026-04-03', 0), wait('2026-05-02')],
        ],
      ] as const,
  ),
  [
    'the opening of one that was made late, voided and made anew, has a line that had come inside its period',
    [
      { ...priceOf(fee), start: at('2025-12-13') },
      { ...priceOf(fixed('3')), chain: 1 },
      subscribe('2026-01-02', { start: at('2025-12-05'), cycle: 'anniversary' }),
      ...(['void-invoice', 'replace-invoice', 'close-invoice'] as const).map((kind) =>
        revise(kind, '2026-01-02T14:00:00Z', 0),
      ),
      wait('2026-03-02'),
    ],
  ],
  ...[true, false].map(
    (isWaiting) =>
      [
        `a line that is added where a version to come was ended goes on behind that (${isWaiting ? 'it comes' : 'it is passed over'})`,
        [
          priceOf(fee),
          subscribe('2026-01-01', {}),
          { ...edit('2026-01-05', '2026-01-05', '12'), isWaiting: true },
          { kind: 'sync-prices', at: at('2026-01-06') },
          { kind: 'end-line', at: at('2026-01-08'), subscription: 0, chain: 0 },
          { ...edit('2026-01-12', '2026-01-12', '14'), isWaiting },
          { kind: 'sync-prices', at: at('2026-01-14') },
          { kind: 'add-line', at: at('2026-01-18'), subscription: 0, chain: 0, quantity: '2' },
          edit('2026-01-20', '2026-01-20', '16'),
          { kind: 'sync-prices', at: at('2026-01-21') },
          wait('2026-04-02'),
        ],
      ] as const,
  ),
  [
    'what a sync passed over while a subscription ran comes where its invoice is made anew when it is over',
    [
      priceOf({ ...fee, cadence: 'ARREAR' }),
      subscribe('2026-01-01', { end: at('2026-04-20'), isProrated: true }),
      ...[edit('2026-04-02', '2026-03-10', '20'), edit('2026-04-02', '2026-03-20', '40')],
      { kind: 'sync-prices', at: at('2026-04-02') },
      ...[revise('void-invoice', '2026-04-25', 1), revise('replace-invoice', '2026-04-25', 1)],
      revise('close-invoice', '2026-04-25', 0),
    ],
  ],
  [
    'what is synced once a subscription is over comes to none of its invoices that are made anew',
    [
      priceOf({ ...fee, cadence: 'ARREAR' }),
      { ...priceOf({ ...fixed('3'), cadence: 'ARREAR' }), chain: 1 },
      subscribe('2026-01-01', { end: at('2026-04-20') }),
      { ...edit('2026-02-05', '2026-02-05', '12'), isWaiting: true },
      { kind: 'end-price', at: at('2026-02-10'), chain: 0, end: at('2026-02-20') },
      { kind: 'sync-prices', at: at('2026-02-12') },
      { kind: 'end-price', at: at('2026-04-22'), chain: 0, end: at('2026-06-25') },
      { kind: 'sync-prices', at: at('2026-04-22') },
      ...(['void-invoice', 'replace-invoice', 'close-invoice'] as const).map((kind) =>
        revise(kind, '2026-04-25', 0),
      ),
    ],
  ],
])
