import { describe, expect, it } from 'vitest'
import { type TrialTerms, trialDays, trialEnd } from './trial.ts'

function price(trial_period_days: number, rest: Partial<TrialTerms> = {}): TrialTerms {
  return { type: 'FIXED', billing_period: 'MONTHLY', trial_period_days, ...rest }
}

describe('a trial lasts', () => {
  it.each<[string, number | undefined, TrialTerms[], number]>([
    ['the days asked for', 7, [price(14)], 7],
    ['no day when none is asked for', 0, [price(14)], 0],
    ['the days asked for, whatever the prices say', 7, [price(14), price(30)], 7],
    ['what all recurring FIXED prices say', undefined, [price(14), price(14)], 14],
    ['regardless of usage', undefined, [price(14), price(0, { type: 'USAGE' })], 14],
    ['regardless of what bills once', undefined, [price(14), price(0, { billing_period: 'ONETIME' })], 14],
    ['no day without such a price', undefined, [price(14, { type: 'USAGE' })], 0],
    ['no day without any price', undefined, [], 0],
  ])('%s', (_name, explicit, prices, days) => {
    expect(trialDays(explicit, prices)).toEqual({ days })
  })

  it.each([[[14, 30]], [[14, 0]]])('an undecided time when the prices differ: the field is named', (days) => {
    expect(
      trialDays(
        undefined,
        days.map((each) => price(each)),
      ),
    ).toMatchObject({
      problem: { path: 'trial_period_days' },
    })
  })

  it('local days: it ends at the same time of day though the clocks change', () => {
    const start = new Date('2026-03-20T09:00:00+01:00')
    expect(trialEnd(start, 14, 'Europe/Berlin')).toEqual(new Date('2026-04-03T09:00:00+02:00'))
    expect(trialEnd(start, 14, 'UTC')).toEqual(new Date('2026-04-03T08:00:00Z'))
  })
})
