import type { Plan } from './change-step.ts'
import type { Period } from './period.ts'
import type { Random } from './random.ts'
import type { Money, PriceTerms } from './step.ts'

/** The plans' have none in common: what would be the same in both the model does not carry on. */
const amounts = ['10', '9.99', '0.015', '3.333', '100', '0.7', '25.5', '0'] as const
const otherAmounts = ['20', '8.88', '0.017', '4.444', '77', '1.1'] as const
const units = ['0.1', '1', '0.0333', '2.5', '0'] as const
const otherUnits = ['0.2', '1.1', '0.0444', '3.5'] as const

/** A plan's price of a meter's usage, or a FIXED one, sometimes once. */
export function randomPrice(
  random: Random,
  { period, count, meter, plan }: { period: Period; count: number; meter: number | null; plan: Plan },
): PriceTerms {
  const money = randomMoney(random, plan)
  const of = { period, count, money, meter }
  if (meter !== null) return { ...of, type: 'USAGE', cadence: 'ARREAR', isOnce: false }
  const cadence = random.pick(['ADVANCE', 'ARREAR'] as const)
  return { ...of, type: 'FIXED', cadence, isOnce: random.chance(0.1) }
}

export function randomMoney(random: Random, plan: Plan): Money {
  const unit = plan === 0 ? units : otherUnits
  const first = 1 + random.below(6)
  return {
    model: random.pick(['FLAT_FEE', 'FLAT_FEE', 'PACKAGE', 'VOLUME', 'SLAB'] as const),
    amount: random.pick(plan === 0 ? amounts : otherAmounts),
    divideBy: 1 + random.below(5),
    round: random.pick(['up', 'down'] as const),
    tiers: [
      { upTo: first, unit: random.pick(unit), flat: random.pick(['0', '1.5'] as const) },
      { upTo: first + 1 + random.below(9), unit: random.pick(unit), flat: '0' },
      { upTo: null, unit: random.pick(unit), flat: random.pick(['0', '0.35'] as const) },
    ],
  }
}

export function randomQuantity(random: Random): string {
  return random.pick(['1', '2', '3', '5', '0', '0.5', '7.25', '12', '0.001'] as const)
}
