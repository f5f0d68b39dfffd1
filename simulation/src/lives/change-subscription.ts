import { anyChain, anySubscription, around, dayMs, type LifeSoFar } from './life-so-far.ts'
import type { Random } from './random.ts'
import { randomQuantity } from './random-price.ts'

type Act = (life: LifeSoFar, of: ReturnType<typeof anyChange>) => void

/** A running subscription is changed: at any instant, at a boundary, while billing is behind, soon after another change. */
export function changeSubscription(life: LifeSoFar): void {
  const { random } = life
  const isBehind = random.chance(0.15)
  if (isBehind) life.at += random.below(80) * dayMs
  random.pick(acts)(life, anyChange(life, isBehind))
}

const acts: readonly [Act, ...Act[]] = [
  cancel,
  ...[
    cancel,
    pauseAndResume,
    pauseAndResume,
    ...Array.from({ length: 4 }, () => modifyLines),
    ...Array.from({ length: 5 }, () => changePlans),
    standStill,
    standStill,
    standStill,
  ],
  ({ steps }, of) => void steps.push({ kind: 'take-back-end', ...of }),
]

function anyChange(life: LifeSoFar, isBehind: boolean) {
  return { at: life.at, subscription: anySubscription(life), isBehind }
}

function cancel(life: LifeSoFar, of: ReturnType<typeof anyChange>): void {
  const { random, steps } = life
  const time = around(life, 20, 60) + (random.chance(0.5) ? random.below(dayMs) : 0)
  const when = random.pick(['now', 'now', 'period-end', { time }] as const)
  const isSkipped = when === 'now' && random.chance(0.2)
  steps.push({ kind: 'cancel', ...of, when, isProrated: random.chance(0.6), isSkipped })
  if (when === 'now' || !random.chance(0.5)) return
  life.at += random.below(3) * dayMs
  steps.push({ kind: 'take-back-end', ...of, at: life.at })
}

/** It stands still, or goes on. */
function standStill({ random, steps }: LifeSoFar, of: ReturnType<typeof anyChange>): void {
  const kind = random.pick(['pause', 'resume'] as const)
  const when = random.pick(['now', 'now', 'period-end'] as const)
  steps.push({ kind, ...of, when, isProrated: random.chance(0.6) })
}

/** Both, in one instant or a while apart. */
function pauseAndResume(life: LifeSoFar, of: ReturnType<typeof anyChange>): void {
  const { random, steps } = life
  const [isProrated, goesOnProrated] = [random.chance(0.7), random.chance(0.7)]
  steps.push({ kind: 'pause', ...of, when: random.pick(['now', 'now', 'period-end']), isProrated })
  if (random.chance(0.7)) life.at += random.below(40) * dayMs
  const when = random.pick(['now', 'now', 'period-end'] as const)
  steps.push({ kind: 'resume', ...of, at: life.at, isBehind: false, when, isProrated: goesOnProrated })
}

/** One change or several, in one instant or a while apart, there and back. */
function modifyLines(life: LifeSoFar, { subscription }: ReturnType<typeof anyChange>): void {
  const { random, steps } = life
  const chain = anyChain(life)
  const times = 1 + random.below(3)
  for (let time = 0; time < times; time++) {
    const act = random.pick([
      'change-quantity',
      'change-quantity',
      'end-line',
      'add-line',
      'own-amount',
    ] as const)
    const of = { subscription, chain, isBehind: false }
    const to = {
      quantity: randomQuantity(random),
      ...(act === 'own-amount' && { amount: anyAmount(random) }),
    }
    steps.push({ kind: 'modify-line', at: life.at, ...of, act, ...to })
    if (random.chance(0.5)) life.at += random.below(20) * dayMs
  }
}

/** One change or several, there and back, in one instant or a while apart, some with the period. */
function changePlans(life: LifeSoFar, { subscription, isBehind }: ReturnType<typeof anyChange>): void {
  const { random, steps } = life
  const times = 1 + random.below(3)
  const first = random.below(2)
  for (let time = 0; time < times; time++) {
    const plan = (first + time) % 2 === 0 ? 1 : 0
    const when = random.pick(['now', 'now', 'period-end'] as const)
    const isProrated = when === 'now' ? random.chance(0.7) : random.chance(0.1)
    const how = { plan, when, isProrated, supersedes: random.chance(0.3) } as const
    steps.push({ kind: 'change-plan', at: life.at, subscription, isBehind: isBehind && time === 0, ...how })
    if (random.chance(0.6)) life.at += random.below(25) * dayMs
  }
}

/** None that a plan has. */
function anyAmount(random: Random): string {
  return random.pick(['12.5', '0.02', '3', '0'] as const)
}

/** Of one that has come just now, mostly while it lasts. */
export function moveTrial(life: LifeSoFar, subscription: number): void {
  const { random, steps } = life
  life.at += random.below(12) * dayMs
  const time = random.chance(0.3)
    ? null
    : around(life, 1, 40) + (random.chance(0.5) ? random.below(dayMs) : 0)
  steps.push({ kind: 'move-trial', at: life.at, subscription, isBehind: random.chance(0.1), time })
}
