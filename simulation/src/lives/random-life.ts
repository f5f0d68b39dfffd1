import { billOnce } from './bill-once.ts'
import { changeSubscription, moveTrial } from './change-subscription.ts'
import { disturb } from './disturb.ts'
import { beginLife, dayMs, type LifeSoFar, metersMax } from './life-so-far.ts'
import { fillWallet, grantTo, moveMoney } from './move-money.ts'
import { createRandom } from './random.ts'
import { addPrice, allowUsage, doSomething } from './random-acts.ts'
import { reviseInvoice } from './revise-invoice.ts'
import type { Step } from './step.ts'

export interface LifeSize {
  readonly start: number
  readonly years: number
  readonly customers: number
  readonly steps: number
  /** How likely a step comes at the same instant as the one before; 0 if not said. */
  readonly together?: number
  /** How likely a step is hit by something; 0 if not said. */
  readonly disturbed?: number
}

const hourMs = 3_600_000
const oneOffChance = 0.02
const revisionChance = 0.03
/** Of lives in which there is money, which are those of odd seeds: the others are about what is billed alone. */
const moneyChance = 0.3
/** Of lives in which subscriptions are changed: two of four, one of them with money. */
const changeChance = 0.08
/** Behind the last act, so that each period with one is closed. */
const waitDays = 70

/** A life that a seed decides: prices first, then whatever may happen, in order of time. */
export function randomLife(seed: number, size: LifeSize): Step[] {
  const { start, years, customers, steps: stepsMax, together = 0, disturbed = 0 } = size
  const random = createRandom(seed)
  const isAboutChanges = seed % 4 >= 2
  // Some of them go.
  const life = beginLife(random, {
    start,
    customers: isAboutChanges ? 2 * customers : customers,
    hasPlans: isAboutChanges,
  })
  const { steps } = life
  const chains = 2 + random.below(5) + (isAboutChanges ? 3 : 0)
  for (let meter = 0; meter < metersMax; meter++) if (random.chance(0.3)) allowUsage(life, meter)
  for (let chain = 0; chain < chains; chain++) addPrice(life)
  const isAboutMoney = seed % 2 === 1
  if (isAboutMoney && random.chance(0.5)) grantTo(life, null)
  const stepMs = (years * 365.25 * dayMs) / (stepsMax * (1 - together))
  for (let step = steps.length; step < stepsMax; step++) {
    if (together === 0 || !random.chance(together)) passTime(life, stepMs)
    if (disturbed > 0 && random.chance(disturbed)) disturb(life)
    if (random.chance(oneOffChance)) billOnce(life)
    else if (isAboutMoney && random.chance(moneyChance)) moveMoney(life)
    else if (isAboutChanges && random.chance(changeChance)) changeSubscription(life)
    else if (random.chance(revisionChance)) reviseInvoice(life)
    else doSomethingWith(life, { isAboutMoney, isAboutChanges })
  }
  steps.push({ kind: 'wait', at: life.at + waitDays * dayMs, leap: false })
  return steps
}

/** Whoever comes where there is money mostly has some. */
function doSomethingWith(life: LifeSoFar, about: { isAboutMoney: boolean; isAboutChanges: boolean }): void {
  const { subscribed, random } = life
  doSomething(life)
  if (life.subscribed === subscribed) return
  if (about.isAboutMoney && random.chance(0.7)) fillWallet(life, subscribed)
  if (about.isAboutChanges && random.chance(0.4)) moveTrial(life, subscribed)
}

/** Often to a whole hour, sometimes to midnight: boundaries are where things go wrong. */
function passTime(life: LifeSoFar, stepMs: number): void {
  const { random } = life
  life.at += 1 + Math.floor((random.below(2_000) / 1_000) * stepMs)
  if (random.chance(0.3) && stepMs > hourMs) life.at = Math.ceil(life.at / hourMs) * hourMs
  if (random.chance(0.1) && stepMs > dayMs / 4) life.at = Math.ceil(life.at / dayMs) * dayMs
}
