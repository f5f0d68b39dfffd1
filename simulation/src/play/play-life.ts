import type { Step } from '../lives/step.ts'
import { createModel, type Model } from '../model/model.ts'
import { billInProcess } from '../product/bill-in-process.ts'
import { perform } from '../product/perform.ts'
import { createProduct, type Databases, type Product } from '../product/product.ts'
import { type Compared, compare, day } from './compare.ts'
import { checkThorough, checkWhole } from './invariants.ts'

export interface Played {
  /** How many steps were done, and how many the life had no place for. */
  readonly steps: number
  readonly skipped: number
  readonly billings: number
  readonly invoices: number
  readonly lines: number
  readonly events: number
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
/** What costs much is checked each so many billings, and at the end. */
const thoroughEach = 25

/** Lives a life in an environment of its own, the product beside the model, until they differ or it ends. */
export async function playLife(databases: Databases, steps: readonly Step[]): Promise<Played> {
  const product = await createProduct(databases, lifeStart)
  const life = {
    product,
    model: createModel(),
    compared: { invoices: new Map(), lines: 0 },
    since: lifeStart,
    billings: 0,
  }
  let skipped = 0
  let done = 0
  const told = (failure?: Failure): Played => ({
    ...{ steps: done - skipped, skipped, billings: life.billings, invoices: life.compared.invoices.size },
    ...{ lines: life.compared.lines, events: life.model.events.length, failure },
  })
  for (const [index, step] of steps.entries()) {
    try {
      const problems = await liveUntil(life, step)
      if (problems.length === 0 && !life.model.apply(step)) skipped++
      else if (problems.length === 0) {
        await perform(product, step)
        if (step.kind === 'subscribe') problems.push(...(await look(life, step.at)))
      }
      if (problems.length > 0) return told({ step: index, at: day(life.since), problems })
      done++
    } catch (error) {
      return told({ step: index, at: day(step.at), problems: [`${step.kind}: ${messageOf(error)}`] })
    }
  }
  const problems = await checkWhole(product, life.model)
  return told(problems.length > 0 ? { step: steps.length, at: 'the end', problems } : undefined)
}

interface Life {
  readonly product: Product
  readonly model: Model
  readonly compared: Compared
  /** Up to where all was compared. */
  since: number
  billings: number
}

/** Time goes from due instant to due instant, as a test clock does; or leaps over them, and all is billed late. */
async function liveUntil(life: Life, step: Step): Promise<string[]> {
  const isLeap = step.kind === 'wait' && step.leap
  for (;;) {
    const due = life.model.nextDue()
    if (due === undefined || due > step.at) break
    const problems = await billAt(life, isLeap ? step.at : Math.max(due, life.since))
    if (problems.length > 0) return problems
  }
  await life.product.moveClock(step.at)
  return []
}

async function billAt(life: Life, at: number): Promise<string[]> {
  const { product, model } = life
  await product.moveClock(at)
  const isThorough = ++life.billings % thoroughEach === 0
  const before = isThorough ? await checkThorough.before(product, model, at) : undefined
  model.bill(at)
  const { failed } = await billInProcess(product.scoped, new Date(at))
  const problems = failed > 0 ? [`${failed} subscriptions could not be billed`] : []
  problems.push(...(await look(life, at)))
  if (before && problems.length === 0) problems.push(...(await checkThorough.after(product, before, at)))
  return problems
}

async function look(life: Life, at: number): Promise<string[]> {
  const { product, model, compared, since } = life
  const problems = await compare(product, model, { since: Math.min(since, at), compared })
  life.since = at
  return problems
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const details = 'details' in error ? ` ${JSON.stringify(error.details)}` : ''
  return `${error.message}${details}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`
}
