import { type LifeRange, livesOf } from './lives/lives-to-live.ts'
import { randomLife } from './lives/random-life.ts'
import { shrink } from './lives/shrink.ts'
import type { Step } from './lives/step.ts'
import { withoutParties } from './lives/without-parties.ts'
import { lifeStart, type Played, playLife } from './play/play-life.ts'
import type { BeginWorld } from './play/world.ts'

export interface Simulation {
  readonly seed: number
  readonly years: number
  readonly customers: number
  readonly steps: number
  /** How many of the customers live together, in one environment. */
  readonly customersPerLife: number
  /** The lives that are lived, of all that these customers have; all of them if not said. */
  readonly lives?: LifeRange | undefined
  readonly lifeWorkers: number
  /** How often a failing life is lived again to find its fewest steps. */
  readonly triesMax: number
  /** After how many billings what costs much is checked. */
  readonly thoroughEach?: number
  /** Its abort ends all lives, each after the step that it is at. */
  readonly signal?: AbortSignal
  /** What lives have beside their acts: see `LifeSize`. */
  readonly together?: number
  readonly disturbed?: number
}

export interface Finding {
  /** Of all lives, counted from 1. */
  readonly life: number
  readonly seed: number
  readonly steps: readonly Step[]
  readonly played: Played
}

export interface Report extends Omit<Played, 'failure'> {
  readonly lives: number
  readonly seconds: number
  readonly findings: readonly Finding[]
  /** How often processes were hit, by what; absent where there are none. */
  readonly disturbed?: Readonly<Record<string, number>>
}

const findingsMax = 12

/** Lives all customers' lives, some at a time, and shrinks those that fail. */
export async function simulate(
  beginWorld: BeginWorld,
  of: Simulation,
  tell: (line: string) => void,
): Promise<Report> {
  const started = performance.now()
  const lives = livesOf(of)
  const { first, last } = of.lives ?? { first: 1, last: lives }
  const played: Played[] = []
  const findings: Finding[] = []
  let next = first
  const work = async () => {
    while (next <= last && findings.length < findingsMax) {
      const number = next++
      const seed = of.seed * lives + number - 1
      const customers = of.customersPerLife
      const { years, together = 0, disturbed = 0 } = of
      const size = { years, customers, steps: Math.ceil(of.steps / lives), together, disturbed }
      const steps = randomLife(seed, { ...size, start: lifeStart })
      const life = await playLife(beginWorld, steps, of)
      played.push(life)
      const found = { life: number, seed, steps, played: life }
      if (life.failure) findings.push(await smallest(beginWorld, found, of, tell))
      tell(`${played.length} of ${last - first + 1} lives, ${sumOf(played, 'steps')} steps`)
    }
  }
  // Whoever disposes of what lives use waits until the last one has ended, also where one has thrown.
  const ended = await Promise.allSettled(Array.from({ length: of.lifeWorkers }, work))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  const total = {
    steps: sumOf(played, 'steps'),
    skipped: sumOf(played, 'skipped'),
    billings: sumOf(played, 'billings'),
  }
  const billed = {
    invoices: sumOf(played, 'invoices'),
    lines: sumOf(played, 'lines'),
    events: sumOf(played, 'events'),
    paidByCredits: sumOf(played, 'paidByCredits'),
    payments: sumOf(played, 'payments'),
    notes: sumOf(played, 'notes'),
    purchases: sumOf(played, 'purchases'),
    changes: sumOf(played, 'changes'),
    refusals: sumOf(played, 'refusals'),
  }
  return {
    ...total,
    ...billed,
    lives: played.length,
    seconds: (performance.now() - started) / 1_000,
    findings,
  }
}

async function smallest(
  beginWorld: BeginWorld,
  found: Finding,
  how: Simulation,
  tell: (line: string) => void,
): Promise<Finding> {
  tell(
    `life ${found.life} (seed ${found.seed}) fails at step ${found.played.failure?.step}: ${found.played.failure?.problems[0]}`,
  )
  // Nothing after the failing step has been lived.
  const lived = found.steps.slice(0, (found.played.failure?.step ?? found.steps.length) + 1)
  let last: Finding = { ...found, steps: lived }
  const fails = async (some: readonly Step[]): Promise<boolean> => {
    const played = await playLife(beginWorld, some, how)
    const isSame = shapeOf(played) === shapeOf(found.played)
    if (isSame) last = { ...found, steps: some, played }
    return isSame
  }
  for (const without of withoutParties(lived)) {
    const some = without(last.steps)
    if (how.triesMax > 0 && some.length < last.steps.length) await fails(some)
  }
  const steps = await shrink(last.steps, fails, how.triesMax)
  return { ...last, steps }
}

/** Of a failure what other numbers would not change: a life is shrunk to the failure that was found, not to another one. */
function shapeOf({ failure }: Played): string | undefined {
  return failure?.problems[0]?.split('\n')[0]?.replace(/[a-z]+_[0-9A-Z]{26}|\d[\d.:TZ-]*/g, '#')
}

function sumOf(played: readonly Played[], what: keyof Omit<Played, 'failure'>) {
  return played.reduce((sum, life) => sum + life[what], 0)
}
