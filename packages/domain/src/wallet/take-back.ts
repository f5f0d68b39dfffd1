import { currencyExponent } from '../money/currency.ts'
import { type Decimal, divideRounded, zero } from '../money/decimal.ts'
import { creditDigits } from './conversion.ts'

/** Credits that an invoice has bought, or that came with them as a bonus. */
export interface BoughtCredits {
  readonly credits: Decimal
  /** What is left of them. */
  readonly available: Decimal
}

/**
 * The money that is still in bought credits (billing rules, section 12): what those have cost of them that are not
 * spent, in whole units. No more than that is given back.
 *
 * @param cost of all of them, more than 0
 * @param refunded what was given back of it already, with its share of the credits
 */
export function unspentCost(
  { credits, available }: BoughtCredits,
  { cost, refunded, currency }: { cost: Decimal; refunded: Decimal; currency: string },
): Decimal {
  const gone = shareOf(credits, { cost, refunded }, 'away_from_zero')
  const digits = currencyExponent(currency)
  const money = divideRounded(available.plus(gone).times(cost), credits, digits, 'towards_zero').minus(
    refunded,
  )
  return money.gt(zero) ? money : zero
}

/**
 * The credits that go with money that is given back: their share, so that all of the money takes all of them. Of what
 * was bought it is rounded up, nobody keeps what is paid back; of a bonus it is cut.
 */
export function creditsTakenBack(
  { credits }: Pick<BoughtCredits, 'credits'>,
  { cost, refunded, money }: { cost: Decimal; refunded: Decimal; money: Decimal },
  rounding: 'away_from_zero' | 'towards_zero',
): Decimal {
  const before = shareOf(credits, { cost, refunded }, rounding)
  return shareOf(credits, { cost, refunded: refunded.plus(money) }, rounding).minus(before)
}

function shareOf(
  credits: Decimal,
  { cost, refunded }: { cost: Decimal; refunded: Decimal },
  rounding: 'away_from_zero' | 'towards_zero',
): Decimal {
  return divideRounded(credits.times(refunded), cost, creditDigits, rounding)
}
