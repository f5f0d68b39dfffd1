import fc from 'fast-check'

/** Something that changes a plan, its subscriptions or their lines; numbers pick among what there is. */
export type WorldStep =
  | {
      kind: 'price'
      terms: number
      start: number
      days: number | null
      minQuantity: number | null
    }
  | { kind: 'edit'; price: number; from: number | null; waits: boolean }
  | { kind: 'end price'; price: number; at: number | null }
  | { kind: 'reopen price'; price: number }
  | { kind: 'subscribe'; terms: number; starts: readonly number[]; paused: boolean }
  | { kind: 'cancel'; subscription: number }
  | { kind: 'bill'; subscription: number; until: number; draft: boolean }
  | { kind: 'override'; subscription: number; price: number; from: number }
  | { kind: 'end line'; line: number; at: number }
  | { kind: 'quantity'; line: number; quantity: number; at: number | null }
  | { kind: 'amount'; line: number; at: number }
  | { kind: 'add line'; subscription: number; price: number; at: number; days: number | null }

const pick = fc.nat({ max: 30 })
const terms = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 4 }))

export const worldStep: fc.Arbitrary<WorldStep> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('price' as const),
      terms,
      start: fc.integer({ min: -12, max: 12 }),
      days: fc.option(fc.nat({ max: 20 })),
      minQuantity: fc.option(fc.nat({ max: 5 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      price: pick,
      from: fc.option(fc.integer({ min: -5, max: 12 })),
      waits: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('end price' as const),
      price: pick,
      at: fc.option(fc.integer({ min: -5, max: 15 })),
    }),
  },
  fc.record({ kind: fc.constant('reopen price' as const), price: pick }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      terms: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 3 })),
      starts: fc.array(fc.integer({ min: -15, max: 15 }), { minLength: 1, maxLength: 3 }),
      paused: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('cancel' as const), subscription: pick }),
  fc.record({
    kind: fc.constant('bill' as const),
    subscription: pick,
    until: fc.integer({ min: 1, max: 8 }),
    draft: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('override' as const),
    subscription: pick,
    price: pick,
    from: fc.integer({ min: -5, max: 10 }),
  }),
  fc.record({ kind: fc.constant('end line' as const), line: pick, at: fc.integer({ min: -5, max: 15 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('quantity' as const),
      line: pick,
      quantity: fc.nat({ max: 9 }),
      at: fc.option(fc.integer({ min: -5, max: 5 })),
    }),
  },
  fc.record({ kind: fc.constant('amount' as const), line: pick, at: fc.integer({ min: -5, max: 5 }) }),
  fc.record({
    kind: fc.constant('add line' as const),
    subscription: pick,
    price: pick,
    at: fc.integer({ min: -5, max: 10 }),
    days: fc.option(fc.integer({ min: 1, max: 9 })),
  }),
)
