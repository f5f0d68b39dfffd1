import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  beginHistory,
  billAnew,
  type ChainStep,
  syncHistory,
  takeChainStep,
  unbilledLines,
} from '../testing/chain-history.ts'
import { nameOf } from '../testing/line-acts.ts'

const runsCount = 10_000
const seed = 20_260_401

const offset = fc.integer({ min: -6, max: 9 })
const quantity = fc.nat({ max: 4 }).map(String)
const named = fc.option(fc.nat({ max: 5 }), { freq: 3 })
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), from: offset, waitsFor: fc.constant(null) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      from: offset,
      waitsFor: fc.constant('next_period' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end price' as const), at: offset }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('quantity' as const), named, from: offset, quantity }),
  },
  fc.record({ kind: fc.constant('end line' as const), named, at: offset }),
  fc.record({ kind: fc.constant('override' as const), named, from: offset }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add line' as const), from: offset, quantity }) },
)
const step = fc.record({
  days: fc.nat({ max: 2 }),
  /** Only one of the two histories has it. */
  syncs: fc.boolean(),
  bills: fc.nat({ max: 9 }).map((chance) => chance === 0),
  act,
})
const story = fc.record({
  start: fc.integer({ min: -3, max: 3 }),
  withLine: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 12, size: 'max' }),
})

/** Offsets are from the day of the step. */
function atDay(one: ChainStep, now: number): ChainStep {
  return 'at' in one ? { ...one, at: now + one.at } : { ...one, from: now + one.from }
}

test('how often a sync ran, and when, decides no line of time that is still to be billed', () => {
  let taken = 0
  fc.assert(
    fc.property(story, ({ start, withLine, steps }) => {
      let often = beginHistory(start, withLine && start >= 0)
      let once = often
      let now = 0
      for (const { days, syncs, bills, act } of steps) {
        now += days
        if (syncs) often = syncHistory(often)
        if (bills) {
          often = { ...often, unbilledFrom: now }
          once = { ...once, unbilledFrom: now }
        }
        const step = atDay(act, now)
        // Who adds a line says from when on the subscription has the chain: nothing that a sync had brought is left.
        if (act.kind === 'add line' && (often.lines.length === 0) !== (once.lines.length === 0)) continue
        const [one, other] = [takeChainStep(often, step, now), takeChainStep(once, step, now)]
        if ('named' in step && step.named !== null && often.told.length > 0) {
          expect(one === undefined).toBe(other === undefined)
        }
        // The line at work then may be one that a sync has made: it begins later.
        if (!one || !other) continue
        taken++
        often = one
        once = other
      }
      often = syncHistory(often)
      expect(unbilledLines(often)).toEqual(unbilledLines(syncHistory(once)))
      // The database holds that a price has one line at a start.
      expect(new Set(often.lines.map(nameOf)).size).toBe(often.lines.length)
      expect(syncHistory({ ...often, changedFrom: 0 }).lines).toEqual(often.lines)
    }),
    { numRuns: runsCount, seed },
  )
  expect(taken).toBeGreaterThan(runsCount)
})

test('what syncs passed over as it was billed comes where that time is billed anew, as if it had not been, behind its first line', () => {
  let came = 0
  fc.assert(
    fc.property(story, ({ start, withLine, steps }) => {
      let billed = beginHistory(start, withLine && start >= 0)
      let unbilled = billed
      let now = 0
      for (const { days, syncs, bills, act } of steps) {
        now += days
        if (bills || days === 2) billed = { ...billed, unbilledFrom: now }
        // Seldom, so that versions come and go in time that is billed.
        if (syncs && days === 0) [billed, unbilled] = [syncHistory(billed), syncHistory(unbilled)]
        const step = atDay(act, now)
        if (act.kind === 'add line' && (billed.lines.length === 0) !== (unbilled.lines.length === 0)) continue
        const [one, other] = [takeChainStep(billed, step, now), takeChainStep(unbilled, step, now)]
        if (!one || !other) continue
        billed = one
        unbilled = other
      }
      const [before, wanted] = [syncHistory(billed), syncHistory(unbilled)]
      const anew = billAnew(before, 0)
      came += anew.lines.length - before.lines.length
      // A chain with a line has nothing filled in before its first one.
      const from = Math.min(...before.lines.map(({ start_date }) => start_date.getTime()))
      const isBefore = ({ end_date }: { end_date: Date | null }) => end_date && end_date.getTime() <= from
      const lines = wanted.lines.filter((line) => before.lines.length === 0 || !isBefore(line))
      expect(unbilledLines(anew)).toEqual(unbilledLines({ ...wanted, lines, unbilledFrom: 0 }))
      expect(billAnew(anew, 0).lines).toEqual(anew.lines)
    }),
    { numRuns: runsCount, seed },
  )
  expect(came).toBeGreaterThan(runsCount / 20)
})
