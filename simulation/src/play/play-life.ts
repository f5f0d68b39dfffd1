import { type ChangeStep, isChange } from '../lives/change-step.ts'
import type { Step } from '../lives/step.ts'
import { createModel, type Model } from '../model/model.ts'
import { checkLedgers } from './check-ledgers.ts'
import { type Compared, compare, day } from './compare.ts'
import { compareOneOffs } from './compare-one-offs.ts'
import { checkThorough, checkWhole } from './invariants.ts'
import { createInvoiceNumbers } from './invoice-numbers.ts'
import type { BeginWorld, World } from './world.ts'

export interface Played {
  /** How many steps were done, and how many the life had no place for. */
  readonly steps: number
  readonly skipped: number
  readonly billings: number
  readonly invoices: number
  readonly lines: number
  readonly events: number
  readonly paidByCredits: number
  readonly payments: number
  readonly notes: number
  readonly purchases: number
  /** Of subscriptions: how many were made, and how many had to be refused, and were. */
  readonly changes: number
  readonly refusals: number
  readonly failure: Failure | undefined
}

export interface Failure {
  /** What was being done: a step's number from 0, and when. */
  readonly step: number
  readonly at: string
  readonly problems: readonly string[]
}

/** The instant at which all lives begin. */
export const lifeStart = Date.UTC(2026, 0, 1)

/**
 * Lives a life in a world of its own, the product beside the model, until they differ or it ends.
 *
 * @param how `thoroughEach`: after how many billings what costs much is checked, as previews; after each, if it is not said;
 * `signal`: between two steps its abort ends the life, with its reason
 */
export async function playLife(
  beginWorld: BeginWorld,
  steps: readonly Step[],
  { thoroughEach = 1, signal }: { readonly thoroughEach?: number; readonly signal?: AbortSignal } = {},
): Promise<Played> {
  await using world = await beginWorld(lifeStart)
  const life = {
    world,
    model: createModel(),
    compared: { invoices: new Map(), lines: 0, recent: [], numbers: createInvoiceNumbers() },
    since: lifeStart,
    clock: lifeStart,
    ...{ billings: 0, changes: 0, refusals: 0, thoroughEach },
  }
  let skipped = 0
  let done = 0
  const told = (failure?: Failure): Played => ({
    ...{ steps: done - skipped, skipped, billings: life.billings, invoices: life.compared.invoices.size },
    ...{ lines: life.compared.lines, events: life.model.events.length, failure },
    ...{ changes: life.changes, refusals: life.refusals },
    ...life.model.money.moved(),
  })
  for (const [index, step] of steps.entries()) {
    signal?.throwIfAborted()
    try {
      const problems = await liveUntil(life, step)
      if (problems.length === 0 && !life.model.apply(step)) {
        skipped++
        // Of lines the model does not know all that the product refuses.
        if (isChange(step) && step.kind !== 'modify-line') problems.push(...(await refused(life, step)))
      } else if (problems.length === 0) {
        await world.perform(step)
        if (isChange(step)) life.changes++
        if (step.kind === 'subscribe' || isChange(step)) problems.push(...(await look(life, step.at)))
      }
      if (problems.length > 0) return told({ step: index, at: day(life.since), problems })
      done++
    } catch (error) {
      return told({ step: index, at: day(step.at), problems: [`${step.kind}: ${messageOf(error)}`] })
    }
  }
  const problems = [...(await look(life, life.clock)), ...(await world.read(() => checkAll(life)))]
  return told(problems.length > 0 ? { step: steps.length, at: 'the end', problems } : undefined)
}

async function checkAll({ world: { product }, model }: Life): Promise<string[]> {
  return [
    ...(await checkWhole(product, model)),
    ...(await compareOneOffs(product, model)),
    ...(await checkLedgers(product)),
  ]
}

/** What the model refuses of a change the product has to refuse as well, and leave all as it was. */
async function refused(life: Life, step: ChangeStep): Promise<string[]> {
  if (!life.model.subscriptions.has(step.subscription)) return []
  try {
    await life.world.perform(step)
  } catch (error) {
    if (!life.world.isRefusal(error)) throw error
    life.refusals++
    return await look(life, step.at)
  }
  return [`${step.kind} of subscription ${step.subscription} should be refused`]
}

interface Life {
  readonly world: World
  readonly model: Model
  readonly compared: Compared
  /** Up to where all was compared. */
  since: number
  /** Where the clock stands: what fell due before is billed late. */
  clock: number
  billings: number
  readonly thoroughEach: number
  changes: number
  refusals: number
}

/** Time goes from due instant to due instant, as a test clock does; or leaps over them, and all is billed late. */
async function liveUntil(life: Life, step: Step): Promise<string[]> {
  if (life.world.stopsByItself) return moveThrough(life, step.at)
  const isLeap = step.kind === 'wait' && step.leap
  const isBehind = isChange(step) && step.isBehind
  while (!isBehind) {
    const due = life.model.nextDue()
    if (due === undefined || due > step.at) break
    const problems = await billAt(life, isLeap ? step.at : Math.max(due, life.clock))
    if (problems.length > 0) return problems
  }
  await life.world.product.moveClock(step.at)
  life.clock = step.at
  return []
}

/** One move over all that falls due, which is looked at when it is over. */
async function moveThrough(life: Life, at: number): Promise<string[]> {
  const { world, model, since } = life
  if (at === since) return []
  for (;;) {
    const due = model.nextDue()
    if (due === undefined || due > at) break
    model.bill(Math.max(due, since))
    life.billings++
  }
  const failed = await world.moveTo(at)
  return [...unbilled(failed), ...(await look(life, at))]
}

/**
 * After so many billings a whole run is made again. Each billing ends as nothing is due any more, which is the question
 * that a run begins with.
 */
const againEach = 8

async function billAt(life: Life, at: number): Promise<string[]> {
  const { world, model } = life
  const { product } = world
  const isThorough = ++life.billings % life.thoroughEach === 0
  if (isThorough) await product.moveClock(at)
  const before = isThorough ? await checkThorough.before(product, model, at) : undefined
  model.bill(at)
  const problems = unbilled(await world.moveTo(at))
  life.clock = at
  problems.push(...(await look(life, at)))
  if (before && problems.length === 0) {
    const { recent } = life.compared
    problems.push(...checkThorough.after(before, recent))
    if (life.billings % againEach === 0) problems.push(...(await checkThorough.again(product, at)))
  }
  return problems
}

function unbilled(failed: number): string[] {
  return failed > 0 ? [`${failed} subscriptions could not be billed`] : []
}

async function look(life: Life, at: number): Promise<string[]> {
  const { world, model, compared, since } = life
  const of = { since: Math.min(since, at), compared }
  const problems = await world.read(() => compare(world.product, model, of))
  life.since = at
  return problems
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = 'details' in error ? ` ${JSON.stringify(error.details)}` : ''
  return `${error.message}${details}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`
}
