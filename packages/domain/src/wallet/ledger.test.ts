import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runLedger } from '../testing/wallet-ledger.ts'

const seed = 20_261_129
const day = fc.integer({ min: 1, max: 12 })
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })
const credits = fc.bigInt({ min: 1n, max: 50n * 10n ** 8n })

const act = fc.oneof(
  fc.record({
    kind: fc.constant('credit' as const),
    wallet: fc.nat(3),
    credits,
    priority: optional(fc.nat(2)),
    effectiveIn: optional(fc.integer({ min: -5, max: 20 })),
    expiresIn: optional(fc.integer({ min: 1, max: 30 })),
  }),
  fc.record({
    kind: fc.constant('bill' as const),
    customer: fc.nat(1),
    fixed: fc.bigInt({ min: 0n, max: 4_000n }),
    usage: fc.bigInt({ min: 0n, max: 4_000n }),
    lowered: fc.bigInt({ min: 0n, max: 500n }),
    endedAgo: fc.integer({ min: -20, max: 10 }),
  }),
  fc.record({ kind: fc.constant('void' as const), bill: fc.nat(1_000) }),
  fc.record({ kind: fc.constant('expire' as const) }),
  fc.record({ kind: fc.constant('wait' as const), days: day }),
)

it('random credits, invoices, expiries and voids never lose or make a credit, nor spend one that may not be spent', () => {
  const seen = { paid: 0, returned: 0, renewed: 0, expired: 0 }
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 100, size: 'max' }), (acts) => {
      const counts = runLedger(acts)
      seen.paid += counts.paid
      seen.returned += counts.returned
      seen.renewed += counts.renewed
      seen.expired += counts.expired
    }),
    { seed, numRuns: 300 },
  )
  // A property over acts that never happen would hold, too.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100)
})
