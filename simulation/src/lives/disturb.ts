import { changeSubscription } from './change-subscription.ts'
import { dayMs, type LifeSoFar } from './life-so-far.ts'
import { reviseInvoice } from './revise-invoice.ts'
import { disturbances } from './step.ts'

const afterMsMax = 600
/** So that something falls due meanwhile, whatever the life's period is. */
const daysMax = 120

/** Something is hit, and what it is hit in: a sync, or time that passes and is billed. */
export function disturb(life: LifeSoFar): void {
  const { random, steps } = life
  const what = random.pick(disturbances)
  steps.push({ kind: 'disturb', at: life.at, what, afterMs: random.below(afterMsMax) })
  if (what === 'kill-sync') steps.push({ kind: 'sync-prices', at: life.at })
  else if (what === 'kill-calculation') reviseInvoice(life)
  else if (what === 'kill-change') changeSubscription(life)
  else if (what !== 'kill-creation') {
    life.at += (1 + random.below(daysMax)) * dayMs
    steps.push({ kind: 'wait', at: life.at, leap: false })
  }
}
