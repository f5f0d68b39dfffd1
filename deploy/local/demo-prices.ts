import type { NewPrice } from '@flexprice/database/catalog'

const monthly = { currency: 'usd', billing_period: 'MONTHLY', invoice_cadence: 'ARREAR' } as const

/** One of each kind that the plan's subscriptions can have today: a fee, a package and tiers. */
export const demoPrices: ReadonlyArray<Omit<NewPrice, 'plan_id'>> = [
  {
    ...monthly,
    // So that a new subscription's opening invoice has a line.
    invoice_cadence: 'ADVANCE',
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    amount: '10.00',
    display_name: 'Base fee',
  },
  {
    ...monthly,
    type: 'FIXED',
    billing_model: 'PACKAGE',
    amount: '5.00',
    divide_by: 10,
    round: 'up',
    display_name: 'Seats by ten',
  },
  {
    ...monthly,
    type: 'FIXED',
    billing_model: 'TIERED',
    tier_mode: 'SLAB',
    tiers: [
      { up_to: 100, unit_amount: '0.50', flat_amount: null },
      { up_to: null, unit_amount: '0.40', flat_amount: null },
    ],
    display_name: 'Support hours',
  },
]
