import { assert } from '../assert.ts'
import type { Period } from '../time/period.ts'

/** Periods that ascend and do not overlap, those that touch put together. */
export function runsOf(periods: readonly Period[]): Period[] {
  const runs: Period[] = []
  for (const { start, end } of periods) {
    const last = runs.at(-1)
    if (last && last.end.getTime() === start.getTime()) runs[runs.length - 1] = { start: last.start, end }
    else runs.push({ start, end })
  }
  return runs
}

/** From the first start to the last end, gaps included. */
export function hullOf(periods: readonly Period[]): Period {
  const [first, last] = [periods[0], periods.at(-1)]
  assert(first && last, 'a hull is of some periods')
  return { start: first.start, end: last.end }
}

export function lengthMs({ start, end }: Period): number {
  return end.getTime() - start.getTime()
}
