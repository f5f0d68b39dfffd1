import fc from 'fast-check'
import { type Decimal, parseDecimal } from '../money/decimal.ts'
import { type Ratio, ratio, readRatio, wholeRatio } from '../money/ratio.ts'
import type { PricingTerms } from '../price/charge.ts'
import type { Tier } from '../price/tier.ts'

/** A decimal written in a test. */
export function dec(text: string): Decimal {
  const value = parseDecimal(text)
  if (!value) throw new Error(`${text} is no decimal`)
  return value
}

function scaled(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** A decimal of at least 0, up to ten digits before the point and twelve after it, as text: for property tests. */
export const decimalText: fc.Arbitrary<string> = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 10n }), fc.integer({ min: 0, max: 12 }))
  .map(([value, digits]) => scaled(value, digits))

/** A quantity that often falls on, and often between, the bounds of `ladder`. */
export const quantity: fc.Arbitrary<Decimal> = fc
  .oneof(fc.integer({ min: 0, max: 400 }).map(String), decimalText)
  .map(dec)

/** As a measured quantity may be: a decimal, or a quotient such as an average's. */
export const ratioQuantity: fc.Arbitrary<Ratio> = fc.oneof(
  quantity.map(wholeRatio),
  fc
    .tuple(quantity, fc.integer({ min: 1, max: 3_000_000_000 }))
    .map(([numerator, denominator]) => ratio(numerator, dec(String(denominator)))),
)

/** A ratio written in a test: `1.5` or `1/3`. */
export function rat(text: string): Ratio {
  return readRatio(text)
}

/** A valid ladder; its flat amounts are 0 unless asked for. */
export function ladder({ flat }: { flat: boolean }): fc.Arbitrary<Tier[]> {
  const rung = fc.record({
    step: fc.integer({ min: 1, max: 60 }),
    unit_amount: decimalText,
    flat_amount: flat ? fc.option(decimalText) : fc.constant(null),
  })
  return fc.array(rung, { minLength: 1, maxLength: 6 }).map((rungs) => {
    let bound = 0
    return rungs.map(({ step, ...tier }, index) => {
      bound += step
      return { ...tier, up_to: index === rungs.length - 1 ? null : String(bound) }
    })
  })
}

/** The terms of any valid price: for property tests. */
export const pricingTerms: fc.Arbitrary<PricingTerms> = fc.oneof(
  fc.record({ billing_model: fc.constant('FLAT_FEE' as const), amount: decimalText }),
  fc.record({
    billing_model: fc.constant('PACKAGE' as const),
    amount: decimalText,
    transform_quantity: fc.record({
      divide_by: fc.integer({ min: 1, max: 1000 }),
      round: fc.constantFrom('up' as const, 'down' as const, null),
    }),
  }),
  fc.record({
    billing_model: fc.constant('TIERED' as const),
    tier_mode: fc.constantFrom('VOLUME' as const, 'SLAB' as const),
    tiers: ladder({ flat: true }),
  }),
)
