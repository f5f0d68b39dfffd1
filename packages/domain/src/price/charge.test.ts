import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, isNegative } from '../money/decimal.ts'
import {
  compareRatios,
  formatRatio,
  type Ratio,
  scaleRatio,
  subtractRatios,
  sumRatios,
} from '../money/ratio.ts'
import { dec, ladder, pricingTerms, rat, ratioQuantity } from '../testing/price-arbitrary.ts'
import { chargeFor, type PricingTerms } from './charge.ts'
import { recomputeCharge } from './charge-explanation.ts'

const seed = 20_261_102

const flat: PricingTerms = { billing_model: 'FLAT_FEE', amount: '9.99' }
const packageUp: PricingTerms = {
  billing_model: 'PACKAGE',
  amount: '5',
  transform_quantity: { divide_by: 100 },
}
const packageDown: PricingTerms = { ...packageUp, transform_quantity: { divide_by: 100, round: 'down' } }
const tiers = [
  { up_to: '10', unit_amount: '5', flat_amount: '1' },
  { up_to: '20', unit_amount: '4', flat_amount: '2' },
  { up_to: null, unit_amount: '3' },
]
const volume: PricingTerms = { billing_model: 'TIERED', tier_mode: 'VOLUME', tiers }
const slab: PricingTerms = { billing_model: 'TIERED', tier_mode: 'SLAB', tiers }

function cost(terms: PricingTerms, units: string): string {
  return formatRatio(chargeFor(terms, rat(units)).amount)
}

describe('a quantity costs', () => {
  it.each<[string, PricingTerms, [string, string][]]>([
    [
      'FLAT_FEE',
      flat,
      [
        ['0', '0'],
        ['1', '9.99'],
        ['2.5', '24.975'],
        ['1/3', '9.99/3'],
      ],
    ],
    [
      'PACKAGE, rounded up',
      packageUp,
      [
        ['0', '0'],
        ['0.001', '5'],
        ['100', '5'],
        ['100.000000000000000001', '10'],
        ['300/3', '5'],
        ['301/3', '10'],
      ],
    ],
    [
      'PACKAGE, rounded down',
      packageDown,
      [
        ['0', '0'],
        ['99.999999999999999999', '0'],
        ['100', '5'],
        ['299', '10'],
        ['899/3', '10'],
        ['900/3', '15'],
      ],
    ],
    [
      'TIERED VOLUME',
      volume,
      [
        ['0', '0'],
        ['10', '51'],
        ['10.5', '44'],
        ['20', '82'],
        ['21', '63'],
        ['30/3', '153/3'],
        ['31/3', '130/3'],
      ],
    ],
    [
      'TIERED SLAB',
      slab,
      [
        ['0', '0'],
        ['0.5', '3.5'],
        ['10', '51'],
        ['11', '57'],
        ['20', '93'],
        ['21', '96'],
        ['30/3', '153/3'],
        ['31/3', '163/3'],
      ],
    ],
  ])('by %s', (_name, terms, costs) => {
    expect(costs.map(([units]) => [units, cost(terms, units)])).toEqual(costs)
  })

  it('nothing when it is negative, and says so', () => {
    for (const terms of [flat, packageUp, packageDown, volume, slab]) {
      const { amount, warnings, explanation } = chargeFor(terms, rat('-3'))
      expect(formatRatio(amount)).toBe('0')
      expect(warnings.map(({ code }) => code)).toEqual(['negative_quantity'])
      expect(explanation).toMatchObject({ quantity: '-3', priced_quantity: '0' })
      expect(chargeFor(terms, rat('3')).warnings).toEqual([])
    }
  })

  it('what its explanation shows', () => {
    const tier = { up_to: '10', unit_amount: '5', flat_amount: '1' }
    expect(chargeFor(slab, rat('12')).explanation).toEqual({
      billing_model: 'TIERED',
      quantity: '12',
      priced_quantity: '12',
      tier_mode: 'SLAB',
      tiers: [
        { ...tier, tier: 0, units: '10' },
        { tier: 1, up_to: '20', units: '2', unit_amount: '4', flat_amount: '2' },
      ],
    })
    expect(chargeFor(packageUp, rat('101')).explanation).toMatchObject({
      divide_by: '100',
      round: 'up',
      packages: '2',
      package_amount: '5',
    })
  })
})

describe('every price', () => {
  it('is recomputed from its explanation, also after a way through JSON', () => {
    fc.assert(
      fc.property(pricingTerms, ratioQuantity, (terms, units) => {
        const { amount, explanation } = chargeFor(terms, units)
        const stored = JSON.parse(JSON.stringify(explanation))
        expect(compareRatios(recomputeCharge(stored), amount)).toBe(0)
        expect(isNegative(amount.numerator)).toBe(false)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('prices each unit in exactly one tier', () => {
    fc.assert(
      fc.property(
        ladder({ flat: true }),
        fc.constantFrom('VOLUME' as const, 'SLAB' as const),
        ratioQuantity,
        (rungs, tier_mode, units) => {
          const { explanation } = chargeFor({ billing_model: 'TIERED', tier_mode, tiers: rungs }, units)
          if (explanation.billing_model !== 'TIERED') throw new Error('is tiered')
          const sum = sumRatios(explanation.tiers.map((tier) => rat(tier.units)))
          expect(compareRatios(sum, units)).toBe(0)
        },
      ),
      { seed, numRuns: 1000 },
    )
  })

  it('but VOLUME never costs less for more units', () => {
    const monotonic = pricingTerms.filter(({ tier_mode }) => tier_mode !== 'VOLUME')
    fc.assert(
      fc.property(monotonic, ratioQuantity, ratioQuantity, (terms, one, other) => {
        const [fewer, more] = [one, other].sort(compareRatios)
        if (!fewer || !more) throw new Error('are two')
        expect(isAtMost(chargeFor(terms, fewer).amount, chargeFor(terms, more).amount)).toBe(true)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('by VOLUME never costs less for more units of one tier', () => {
    fc.assert(
      fc.property(ladder({ flat: true }), ratioQuantity, ratioQuantity, (rungs, one, other) => {
        const terms: PricingTerms = { billing_model: 'TIERED', tier_mode: 'VOLUME', tiers: rungs }
        const [fewer, more] = [one, other].sort(compareRatios).map((units) => chargeFor(terms, units))
        if (!fewer || !more) throw new Error('are two')
        fc.pre(tierOf(fewer.explanation) === tierOf(more.explanation))
        expect(isAtMost(fewer.amount, more.amount)).toBe(true)
      }),
      { seed, numRuns: 1000 },
    )
  })
})

function isAtMost(less: Ratio, more: Ratio): boolean {
  return compareRatios(less, more) <= 0
}

function tierOf(explanation: ReturnType<typeof chargeFor>['explanation']): number | undefined {
  return explanation.billing_model === 'TIERED' ? explanation.tiers[0]?.tier : undefined
}

describe('SLAB without flat amounts', () => {
  it('is continuous: a step of 10⁻¹⁸ over a bound costs one such step of the next tier', () => {
    const step = dec('0.000000000000000001')
    fc.assert(
      fc.property(ladder({ flat: false }), (rungs) => {
        const terms: PricingTerms = { billing_model: 'TIERED', tier_mode: 'SLAB', tiers: rungs }
        for (const [index, rung] of rungs.entries()) {
          if (rung.up_to == null) continue
          const bound = dec(rung.up_to)
          const jump = subtractRatios(
            chargeFor(terms, rat(formatDecimal(bound.plus(step)))).amount,
            chargeFor(terms, rat(rung.up_to)).amount,
          )
          const unit = dec(rungs[index + 1]?.unit_amount ?? '0')
          expect(formatRatio(jump)).toBe(formatDecimal(step.times(unit)))
        }
      }),
      { seed, numRuns: 500 },
    )
  })

  it('costs as much as FLAT_FEE when all tiers have one amount', () => {
    fc.assert(
      fc.property(ladder({ flat: false }), ratioQuantity, (rungs, units) => {
        const even = rungs.map((rung) => ({ ...rung, unit_amount: '0.07' }))
        const tiered = chargeFor({ billing_model: 'TIERED', tier_mode: 'SLAB', tiers: even }, units)
        expect(compareRatios(tiered.amount, scaleRatio(units, dec('0.07')))).toBe(0)
      }),
      { seed, numRuns: 500 },
    )
  })
})
