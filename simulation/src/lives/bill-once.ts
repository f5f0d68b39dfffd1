import { anySubscription, type LifeSoFar } from './life-so-far.ts'

const amounts = ['10', '0.01', '99.99', '0', '1234.5', '7.05'] as const

/** A one-off invoice, or one of those that were made is void. */
export function billOnce(life: LifeSoFar): void {
  const { random, steps, at } = life
  if (life.oneOffs > 0 && random.chance(0.3)) {
    steps.push({ kind: 'void-one-off', at, invoice: random.below(life.oneOffs) })
    return
  }
  const lines = Array.from({ length: 1 + random.below(3) }, () => random.pick(amounts))
  const of = { subscription: anySubscription(life), invoice: life.oneOffs++ }
  steps.push({ kind: 'bill-once', at, ...of, amounts: lines })
}
