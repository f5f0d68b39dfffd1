import type { ChangeStep } from '../lives/change-step.ts'
import type { MoneyStep } from '../lives/money-step.ts'
import type { EditPrice, PriceTerms, Step, SubscriptionTerms } from '../lives/step.ts'
import {
  at,
  priceOf as first,
  fixed,
  flat,
  monthly,
  subscribe as subscribed,
  testLives,
  wait,
} from './testing/short-lives.ts'

// Acts that random lives have at random, each where it has its place for certain.
const fee = fixed('10')
const usage: PriceTerms = { ...monthly, type: 'USAGE', cadence: 'ARREAR', money: flat('3'), meter: 0 }
const of = { subscription: 0, isBehind: false } as const

const priceOf = (price: PriceTerms, chain = 0): Step => ({ ...first(price), chain })

function subscribe(when: string, changes: Partial<SubscriptionTerms> = {}, subscription = 0): Step {
  return { ...subscribed(when, { cycle: 'anniversary', ...changes }), subscription }
}

function raise(when: string, amount: string, isWaiting: boolean, chain = 0): EditPrice {
  return { kind: 'edit-price', at: at(when), chain, money: flat(amount), from: at(when), isWaiting }
}

function send(when: string): Step {
  const event = { id: `of ${when}`, subscription: 0, meter: 0, time: at(when), value: '2' }
  return { kind: 'send-events', at: at(when), events: [event] }
}

const sync = (when: string): Step => ({ kind: 'sync-prices', at: at(when) })

function moveTrial(when: string, time: string | null): ChangeStep {
  return { kind: 'move-trial', at: at(when), ...of, time: time === null ? null : at(time) }
}

function ownAmount(when: string, amount: string): ChangeStep {
  const how = { act: 'own-amount', quantity: '1', amount } as const
  return { kind: 'modify-line', at: at(when), ...of, chain: 0, ...how }
}

function buyAndPay(when: string, isBonus: boolean, expires: string | null): Step[] {
  const terms = { credits: '10', bonus: isBonus ? '1' : null, priority: null, effective: null }
  return [
    { kind: 'make-wallet', at: at(when), subscription: 0, rate: '0.5', types: 'USAGE' },
    {
      ...{ kind: 'buy-credits', at: at(when), subscription: 0, wallet: 0, ...terms },
      expires: expires === null ? null : at(expires),
    },
    {
      ...{ kind: 'pay', at: at(when), payment: 0, subscription: 0, invoice: { purchase: 0 }, amount: null },
      isOfCredits: false,
    },
  ]
}

function takeBack(
  when: string,
  note: number,
  changes: Partial<Extract<MoneyStep, { kind: 'take-back' }>>,
): Step {
  return {
    ...{ kind: 'take-back', at: at(when), note, subscription: 0, invoice: { purchase: 0 }, line: 0 },
    ...{ amount: null, toSource: true, isDraft: false, ...changes },
  }
}

testLives([
  [
    'a version that waits for the next period comes at the boundary, however late it is synced; another one passes it over',
    [
      ...[
        priceOf(fee),
        priceOf(usage, 1),
        subscribe('2026-01-05T06:00:00Z'),
        raise('2026-01-10', '12', true),
      ],
      ...[raise('2026-01-10', '4', true, 1), sync('2026-01-11'), send('2026-01-12')],
      ...[raise('2026-01-20', '11', false), raise('2026-02-10', '13', true), send('2026-02-12')],
      ...[raise('2026-02-20', '14', true), raise('2026-02-21', '5', true, 1), sync('2026-03-20')],
      ...[send('2026-03-21'), wait('2026-06-01')],
    ],
  ],
  [
    'one that waits comes at once to a subscription that is in its trial, or made since',
    [
      ...[priceOf(fee), subscribe('2026-01-05', { trialDays: 20 }), raise('2026-01-10', '12', true)],
      ...[sync('2026-01-11'), wait('2026-04-01')],
      ...[subscribe('2026-04-02', { start: at('2026-01-10') }, 1), wait('2026-06-01')],
    ],
  ],
  [
    'a trial ends at another instant, ahead and at once, and its anniversary with it',
    [
      ...[priceOf(fee), subscribe('2026-01-05', { trialDays: 20 }), moveTrial('2026-01-07', '2026-02-03')],
      ...[moveTrial('2026-01-20', null), wait('2026-04-01')],
    ],
  ],
  [
    'a line has an amount of its own, charged and credited at once, and no edit reaches it any more',
    [
      ...[priceOf(fee), subscribe('2026-01-05'), ownAmount('2026-01-11', '25')],
      ...[ownAmount('2026-01-21T07:00:00Z', '3'), raise('2026-02-10', '99', false), sync('2026-02-11')],
      wait('2026-04-01'),
    ],
  ],
  [
    'of what bought credits no more is taken back than is unspent, and those go with their share of the bonus',
    [
      priceOf({ ...usage, money: flat('1') }),
      ...[subscribe('2026-01-05'), ...buyAndPay('2026-01-06', true, null)],
      takeBack('2026-01-07', 0, { amount: '1.01' }),
      ...[send('2026-01-12'), wait('2026-02-06')],
      takeBack('2026-02-07', 1, { amount: '0.02', toSource: false, isDraft: true }),
      { kind: 'close-note', at: at('2026-02-08'), note: 1 },
      wait('2026-04-01'),
    ],
  ],
  [
    'credits that were bought end when it was said',
    [
      ...[priceOf(usage), subscribe('2026-01-05'), send('2026-01-12')],
      ...[...buyAndPay('2026-01-20', true, '2026-02-20'), send('2026-03-02'), wait('2026-04-10')],
    ],
  ],
])
