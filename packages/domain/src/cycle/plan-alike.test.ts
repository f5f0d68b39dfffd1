import fc from 'fast-check'
import { expect, it } from 'vitest'
import { answerQuestions } from '../testing/answer-questions.ts'
import {
  allowances,
  edits,
  eventsFrom,
  linesOf,
  lives,
  meter,
  model,
  months,
} from '../testing/edited-subscription.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { cycle, february, line } from '../testing/usage-cycle.ts'
import type { Cycle, CycleLine } from './cycle.ts'
import { createCyclePlanner } from './plan-alike.ts'
import { planCycle } from './plan-cycle.ts'
import { rateCycle } from './rate-cycle.ts'

/** What a plan's subscriptions may have: a chain of usage with its price edits, and one of a fixed price. */
const subscribed = fc
  .record({
    lives,
    edits,
    meter,
    allowances,
    models: fc.array(model, { minLength: 1, maxLength: 3 }),
    fixed: model,
  })
  .map(({ lives, edits, meter, allowances, models, fixed }) => {
    const termsAt = (start: Date) => models[edits.filter((edit) => edit <= start).length % models.length]
    const used = linesOf(lives, edits, (start) => ({
      ...{ id: 'usage', chain: 'usage', meter, metering: { allowances } },
      terms: termsAt(start) ?? {},
    }))
    const terms = { ...fixed, type: 'FIXED', invoice_cadence: 'ADVANCE' } as const
    const paid = linesOf(lives, edits.slice(1), () => ({ id: 'fixed', chain: 'fixed', terms }))
    return [...paid, ...used]
  })

const book = fc.record({
  plans: fc.array(subscribed, { minLength: 1, maxLength: 2 }),
  prorationBehavior: fc.constantFrom('none' as const, 'create_prorations' as const),
  subscriptions: fc.array(
    fc.record({
      plan: fc.nat(),
      quantity: fc.integer({ min: 0, max: 3 }).map(String),
      events: eventsFrom(-3),
    }),
    { minLength: 2, maxLength: 5 },
  ),
})

it('a page of subscriptions of which some are alike is charged as each of them is alone, in every figure', () => {
  fc.assert(
    fc.property(book, ({ plans, prorationBehavior, subscriptions }) => {
      for (const [index, closes] of months.entries()) {
        const opens = months[index + 1] ?? null
        const plan = createCyclePlanner()
        for (const [place, { plan: which, quantity, events }] of subscriptions.entries()) {
          const of = { ...cycle, prorationBehavior, externalCustomerId: `customer ${place}`, closes, opens }
          const lines = (plans[which % plans.length] ?? []).map((one, at) => ({
            ...one,
            id: `${place} ${String(at).padStart(2, '0')}`,
            quantity: dec(quantity),
          }))
          const [together, alone] = [plan(of, lines), planCycle(of, lines)]
          expect(together.questions).toEqual(alone.questions)
          const answers = answerQuestions(alone.questions, events)
          expect(rateCycle(together, answers)).toEqual(rateCycle(alone, answers))
        }
      }
    }),
    { seed: 19, numRuns: 60 },
  )
})

it('alike subscriptions share what is planned, whatever their quantities; another life, price or period does not', () => {
  const plan = createCyclePlanner()
  const first = line()
  const shared = plan(cycle, [first]).usage
  const isShared = (of: Cycle, ...lines: CycleLine[]) => plan(of, lines).usage === shared
  expect(
    isShared({ ...cycle, externalCustomerId: 'other' }, { ...first, id: 'other', quantity: dec('7') }),
  ).toBe(true)
  expect(isShared(cycle, { ...first, start: new Date(first.start.getTime() + 1) })).toBe(false)
  expect(isShared(cycle, { ...first, terms: { ...first.terms } })).toBe(false)
  expect(isShared({ ...cycle, closes: months[0] ?? null }, first)).toBe(false)
  expect(isShared({ ...cycle, grid: { ...cycle.grid, timeZone: 'Europe/Berlin' } }, first)).toBe(false)
  expect(isShared({ ...cycle, billFrom: february.start }, first)).toBe(false)
  expect(isShared({ ...cycle, advanceBehavior: 'create_prorations' }, first)).toBe(false)
  expect(isShared({ ...cycle, grid: { ...cycle.grid, since: february.start } }, first)).toBe(false)
  expect(isShared({ ...cycle, opensGrid: cycle.grid }, first)).toBe(false)
  const formerGrid = { anchor: cycle.grid.anchor, period: 'MONTHLY', count: 1, until: february.end } as const
  expect(isShared(cycle, { ...first, formerGrid })).toBe(false)
  expect(isShared(cycle, first, { ...first, id: 'a second' })).toBe(false)
})
