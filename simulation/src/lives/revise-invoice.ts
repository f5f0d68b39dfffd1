import { anySubscription, type LifeSoFar } from './life-so-far.ts'

const backMax = 4

/** An invoice is voided, and mostly replaced, and that mostly closed, at once; or one of the three by itself. */
export function reviseInvoice(life: LifeSoFar): void {
  const { random, steps, at } = life
  const subscription = anySubscription(life)
  const kind = random.pick(['void-invoice', 'void-invoice', 'replace-invoice', 'close-invoice'] as const)
  const back = random.below(backMax)
  steps.push({ kind, at, subscription, back })
  if (kind !== 'void-invoice' || !random.chance(0.7)) return
  steps.push({ kind: 'replace-invoice', at, subscription, back })
  if (random.chance(0.7)) steps.push({ kind: 'close-invoice', at, subscription, back: 0 })
}
