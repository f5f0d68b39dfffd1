import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Money, PriceTerms, SubscriptionTerms } from '../lives/step.ts'
import { gridPoint } from './grid.ts'
import { createModel } from './model.ts'
import { centsText } from './ratio.ts'
import { instantOf } from './wall-clock.ts'

const at = (text: string) => new Date(text).getTime()

test('the model shares no code with the product: it imports its own files and the steps alone', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'))
  const imports = files.flatMap((name) => {
    const text = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
    return [...text.matchAll(/from '(.*)'/g)].map(([, from]) => from ?? '')
  })
  expect(imports.length).toBeGreaterThan(10)
  expect(
    imports.filter(
      (from) =>
        !from.startsWith('./') && !/^\.\.\/lives\/(step|change-step|money-step|period)\.ts$/.test(from),
    ),
  ).toEqual([])
})

test('month ends are counted from the anchor, and skipped and ambiguous wall times are one instant', () => {
  const grid = { anchor: at('2026-01-31T10:00:00Z'), period: 'MONTHLY', count: 1, zone: 'UTC' } as const
  const points = [1, 2, 3].map((index) => new Date(gridPoint(grid, index)).toISOString().slice(0, 10))
  expect(points).toEqual(['2026-02-28', '2026-03-31', '2026-04-30'])
  const berlin = (wall: string) => new Date(instantOf(at(`${wall}Z`), 'Europe/Berlin')).toISOString()
  expect(berlin('2026-03-29T02:30:00')).toBe('2026-03-29T01:30:00.000Z')
  expect(berlin('2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00.000Z')
})

const flat: Money = { model: 'FLAT_FEE', amount: '10', divideBy: 1, round: 'up', tiers: [] }
const monthly = { period: 'MONTHLY', count: 1, isOnce: false } as const
const fixed: PriceTerms = { ...monthly, type: 'FIXED', cadence: 'ADVANCE', money: flat, meter: null }
const usage: PriceTerms = { ...monthly, type: 'USAGE', cadence: 'ARREAR', money: flat, meter: 0 }
const terms: SubscriptionTerms = {
  ...{ period: 'MONTHLY', count: 1, zone: 'UTC', cycle: 'anniversary', anchor: null, end: null },
  ...{ start: at('2026-04-01T00:00:00Z'), trialDays: 0, isProrated: false },
}

test('a month in advance and its usage are billed as the rules work it out by hand', () => {
  const model = createModel()
  const now = terms.start
  const start = at('2026-01-01T00:00:00Z')
  model.apply({ kind: 'add-price', at: now, chain: 0, price: fixed, start })
  model.apply({ kind: 'add-price', at: now, chain: 1, price: usage, start })
  model.apply({ kind: 'subscribe', at: now, subscription: 0, terms })
  const event = { id: 'one', subscription: 0, meter: 0, time: at('2026-04-16T00:00:00Z'), value: '2.5' }
  model.apply({ kind: 'send-events', at: event.time, events: [event, event] })
  // 10 is 12 from the middle on: of the usage nothing came before.
  const from = event.time
  model.apply({ kind: 'edit-price', at: from, chain: 1, money: { ...flat, amount: '12' }, from })
  model.apply({ kind: 'sync-prices', at: from })
  const due = at('2026-05-01T00:00:00Z')
  expect(model.nextDue()).toBe(due)
  model.bill(due)
  model.bill(due + 3_600_000)
  const invoices = model.subscriptions.get(0)?.invoices ?? []
  const lines = invoices.map((invoice) =>
    [...invoice.fixed, ...invoice.usage].map(({ cents }) => centsText(cents)),
  )
  expect(lines).toEqual([['10'], ['10', '0', '30']])
  expect(invoices.map(({ status }) => status)).toEqual(['FINALIZED', 'FINALIZED'])
})

test('a price that waits is billed from the boundary on, and what passes it over from its own instant', () => {
  const model = createModel()
  const now = at('2026-04-05T00:00:00Z')
  const start = at('2026-01-01T00:00:00Z')
  model.apply({ kind: 'add-price', at: now, chain: 0, price: fixed, start })
  model.apply({ kind: 'subscribe', at: now, subscription: 0, terms: { ...terms, start: now } })
  const raise = (when: string, amount: string, isWaiting: boolean) => {
    const from = at(when)
    model.apply({ kind: 'edit-price', at: from, chain: 0, money: { ...flat, amount }, from, isWaiting })
    model.apply({ kind: 'sync-prices', at: from })
  }
  raise('2026-04-10T00:00:00Z', '12', true)
  for (const due of ['2026-05-05T00:00:00Z', '2026-06-05T00:00:00Z']) model.bill(at(due))
  // It waits for the 5th of July, and never comes.
  raise('2026-06-10T00:00:00Z', '13', true)
  raise('2026-06-20T00:00:00Z', '14', false)
  for (const due of ['2026-07-05T00:00:00Z', '2026-08-05T00:00:00Z']) model.bill(at(due))
  const invoices = model.subscriptions.get(0)?.invoices ?? []
  expect(invoices.map(({ fixed: lines }) => lines.map(({ cents }) => centsText(cents)))).toEqual([
    ...[['10'], ['12'], ['12'], ['14'], ['14']],
  ])
})
