import { createCalculateChargesActivities } from '@flexprice/activities/calculate-charges'
import type { Product } from './product.ts'

const unheard = {
  calculated: () => undefined,
  completed: () => undefined,
  closed: () => undefined,
  previewed: () => undefined,
}

/** What rates, and rates again, outside of billing runs. */
export function calculationOf({ scoped }: Pick<Product, 'scoped'>) {
  return createCalculateChargesActivities({ scoped: () => scoped, slicesMax: 1, events: unheard })
}
