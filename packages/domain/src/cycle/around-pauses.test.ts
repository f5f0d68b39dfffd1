import { describe, expect, it } from 'vitest'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import { aroundPauses, type Pause } from './around-pauses.ts'
import type { Cycle, CycleLine } from './cycle.ts'

const pause = (start: string, end?: string): Pause => {
  return { start: day(start), end: end ? day(end) : null, beginsProrated: false, endsProrated: false }
}
const proratedPause = (start: string, end?: string): Pause => {
  return { ...pause(start, end), beginsProrated: true, endsProrated: true }
}
const since = { start: day('2026-03-01') }
const arrear = { invoice_cadence: 'ARREAR' } as const

describe('a line around pauses', () => {
  it.each<[string, CycleLine, Pause[], string[]]>([
    ['is whole without any', line(since), [], ['2026-03-01 –']],
    ['stands still from one on', line(since), [pause('2026-03-10')], ['2026-03-01 2026-03-10']],
    [
      'goes on behind one',
      line(since),
      [pause('2026-03-10', '2026-03-20')],
      ['2026-03-01 2026-03-10', '2026-03-20 –'],
    ],
    [
      'is in as many parts as there are',
      line({ ...since, end: day('2026-04-01') }),
      [pause('2026-03-10', '2026-03-20'), pause('2026-03-25', '2026-03-26')],
      ['2026-03-01 2026-03-10', '2026-03-20 2026-03-25', '2026-03-26 2026-04-01'],
    ],
    [
      'is cut in two by one that was over at once: what it gave back is charged again',
      line(since),
      [pause('2026-03-10', '2026-03-10')],
      ['2026-03-01 2026-03-10', '2026-03-10 –'],
    ],
    [
      'that comes within begins behind',
      line({ start: day('2026-03-15') }),
      [pause('2026-03-10', '2026-03-20')],
      ['2026-03-20 –'],
    ],
    [
      'that comes and goes within is none',
      line({ ...since, end: day('2026-03-09') }),
      [pause('2026-03-01', '2026-03-10')],
      [],
    ],
    [
      'that came and went in one instant stays known, also behind one',
      line({ start: day('2026-03-20'), end: day('2026-03-20') }),
      [pause('2026-03-10', '2026-03-20')],
      ['2026-03-20 2026-03-20'],
    ],
    [
      'that came and went in one instant within is none',
      line({ start: day('2026-03-10'), end: day('2026-03-10') }),
      [pause('2026-03-10', '2026-03-20')],
      [],
    ],
    [
      'that bills once within does behind',
      line({ start: day('2026-03-15') }, { billing_period: 'ONETIME' }),
      [pause('2026-03-10', '2026-03-20')],
      ['2026-03-20 –'],
    ],
    [
      'that bills once within one that lasts waits',
      line({ start: day('2026-03-15') }, { billing_period: 'ONETIME' }),
      [pause('2026-03-10')],
      [],
    ],
    [
      'that billed once before does not again',
      line(since, { billing_period: 'ONETIME' }),
      [pause('2026-03-10', '2026-03-20')],
      ['2026-03-01 –'],
    ],
  ])('%s', (_, one, pauses, parts) => {
    const short = (at: Date | null | undefined) => at?.toISOString().slice(0, 10) ?? '–'
    expect(aroundPauses(one, pauses).map(({ start, end }) => `${short(start)} ${short(end)}`)).toEqual(parts)
  })
})

/** March closes, April opens: fees of 31 in advance and 62 in arrears, since February. */
const march = { start: day('2026-03-01'), end: day('2026-04-01') }
const april = { start: march.end, end: day('2026-05-01') }
const none: Cycle = {
  ...{ grid, start: day('2026-02-01'), prorationBehavior: 'none', externalCustomerId: null },
  ...{ closes: march, opens: april },
}
const prorated: Cycle = { ...none, prorationBehavior: 'create_prorations' }
const lines = [
  line({ start: none.start, id: 'a', chain: 'a' }, { amount: '31' }),
  line({ start: none.start, id: 'b', chain: 'b' }, { ...arrear, amount: '62' }),
]

describe('the boundary', () => {
  it.each<[string, Cycle, Pause, string[]]>([
    // 9 of March's 31 days of 62.
    [
      'that ends the period of a pause bills its arrear, and opens nothing',
      prorated,
      pause('2026-03-10'),
      ['18 2026-03-01 2026-03-10'],
    ],
    ['does so whole where nothing is prorated', none, pause('2026-03-10'), ['62 2026-03-01 2026-04-01']],
    [
      'does so by its share where the pause prorates',
      none,
      proratedPause('2026-03-10'),
      ['18 2026-03-01 2026-03-10'],
    ],
    ['within a pause bills nothing', prorated, pause('2026-02-10'), []],
    ['within a pause bills nothing, prorating or not', none, pause('2026-02-10', '2026-06-01'), []],
    // 9 + 12 of the 31 days.
    [
      'behind one bills both parts, and opens',
      prorated,
      pause('2026-03-10', '2026-03-20'),
      ['31 2026-04-01 2026-05-01', '18 2026-03-01 2026-03-10', '24 2026-03-20 2026-04-01'],
    ],
    [
      'does so where the pause prorates, whatever the subscription does',
      none,
      proratedPause('2026-03-10', '2026-03-20'),
      ['31 2026-04-01 2026-05-01', '18 2026-03-01 2026-03-10', '24 2026-03-20 2026-04-01'],
    ],
    ['of its end opens whole', none, pause('2026-02-10', '2026-04-01'), ['31 2026-04-01 2026-05-01']],
  ])('%s', (_, cycle, one, charges) => {
    expect(bills(cycle, ...lines.flatMap((each) => aroundPauses(each, [one])))).toEqual(charges)
  })
})
