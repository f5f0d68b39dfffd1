import { expect, test } from 'vitest'
import { withShownQuotients } from './shown-quotients.ts'

test('a quotient has a decimal beside it, wherever it stands, and what only looks like one has none', () => {
  const explanation = {
    currency: 'usd',
    usage: { quantity: '5000/31', billed_quantity: '10', field: '1/2', event_count: 1, group_by: null },
    buckets: [{ times: 1, share: '1/3', charge: { quantity: '-2/3', tiers: [{ tier: 1, units: '1/8' }] } }],
  }
  expect(withShownQuotients(explanation)).toEqual({
    currency: 'usd',
    usage: { ...explanation.usage, quantity_decimal: '161.29032258064516129' },
    buckets: [
      {
        ...{ times: 1, share: '1/3', share_decimal: '0.333333333333333333' },
        charge: {
          ...{ quantity: '-2/3', quantity_decimal: '-0.666666666666666667' },
          tiers: [{ tier: 1, units: '1/8', units_decimal: '0.125' }],
        },
      },
    ],
  })
})
