import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Tier, validateTiers } from './tier.ts'

const seed = 20_260_102

const openTier: Tier = { up_to: null, unit_amount: '1' }
function upTo(bound: string, rest: Partial<Tier> = {}): Tier {
  return { up_to: bound, unit_amount: '1', ...rest }
}

describe('a ladder of tiers', () => {
  it.each<[string, Tier[]]>([
    ['one open tier', [openTier]],
    ['an open tier without the field', [{ unit_amount: '0' }]],
    ['ascending bounds', [upTo('10'), upTo('100'), openTier]],
    ['bounds that ascend as numbers, not as texts', [upTo('9'), upTo('10'), openTier]],
    ['fractions', [upTo('0.5'), upTo('0.51'), openTier]],
    ['flat amounts', [upTo('1', { flat_amount: '0' }), { ...openTier, flat_amount: '5.00' }]],
  ])('is valid: %s', (_name, tiers) => {
    expect(validateTiers(tiers)).toEqual([])
  })

  it.each<[string, Tier[], string[]]>([
    ['none', [], ['tiers']],
    ['equal bounds', [upTo('10'), upTo('10'), openTier], ['tiers[1].up_to']],
    ['equal bounds of another text', [upTo('10'), upTo('10.0'), openTier], ['tiers[1].up_to']],
    ['descending bounds', [upTo('10'), upTo('9'), openTier], ['tiers[1].up_to']],
    ['a bound of zero', [upTo('0'), openTier], ['tiers[0].up_to']],
    ['a negative bound', [upTo('-1'), openTier], ['tiers[0].up_to']],
    ['a bound that is no decimal', [upTo('1e3'), openTier], ['tiers[0].up_to']],
    ['a closed end', [upTo('10'), upTo('20')], ['tiers[1].up_to']],
    ['an open tier before the last', [openTier, upTo('10'), openTier], ['tiers[0].up_to']],
    ['two open tiers', [openTier, openTier], ['tiers[0].up_to']],
    ['a negative unit amount', [{ unit_amount: '-0.01' }], ['tiers[0].unit_amount']],
    ['a unit amount that is no decimal', [{ unit_amount: '' }], ['tiers[0].unit_amount']],
    ['a negative flat amount', [{ unit_amount: '1', flat_amount: '-1' }], ['tiers[0].flat_amount']],
    [
      'an ascent that a bad tier hides',
      [upTo('10'), upTo('x'), upTo('9'), openTier],
      ['tiers[1].up_to', 'tiers[2].up_to'],
    ],
    [
      'several at once',
      [upTo('0', { unit_amount: 'a' }), upTo('5')],
      ['tiers[0].up_to', 'tiers[0].unit_amount', 'tiers[1].up_to'],
    ],
  ])('is refused by the tier at fault: %s', (_name, tiers, paths) => {
    expect(validateTiers(tiers).map(({ path }) => path)).toEqual(paths)
  })

  it('is valid exactly when its bounds ascend strictly from above zero', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: 12 }), { maxLength: 5 }), (bounds) => {
        const ascends = bounds.every((bound, index) => bound > (bounds[index - 1] ?? 0))
        const problems = validateTiers([...bounds.map((bound) => upTo(`${bound}`)), openTier])
        expect(problems.length === 0).toBe(ascends)
      }),
      { seed, numRuns: 1000 },
    )
  })
})
