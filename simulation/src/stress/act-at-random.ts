import type { MoneyStep } from '../lives/money-step.ts'
import type { Random } from '../lives/random.ts'
import type { ReviseInvoice } from '../lives/step.ts'
import { moveMoney } from '../product/move-money.ts'
import { reviseInvoice } from '../product/revise-invoice.ts'
import type { PaidWorld } from './open-paid-world.ts'

type Act = MoneyStep | ReviseInvoice

/** What may be refused as things are by then: anything else is a defect. */
const refusals = new Set(['state_conflict', 'in_use', 'invalid_operation', 'validation_error'])
const backMax = 4
const amounts = ['0.01', '2', '25'] as const
let numbers = 0

/** Something about one customer's money. @returns its kind where it was done, undefined where it was refused */
export async function actAtRandom(world: PaidWorld, random: Random): Promise<Act['kind'] | undefined> {
  const step = anyAct(world, random)
  if (!step) return undefined
  return (await isDone(world, step)) ? step.kind : undefined
}

/** So many notes at once on the first line of a customer's second to last invoice. @returns how many were written */
export async function takeBackAtOnce(
  world: PaidWorld,
  { amount, times, subscription }: { amount: string | null; times: number; subscription: number },
): Promise<number> {
  const notes = Array.from({ length: times }, (): Act => {
    const of = {
      at: world.now(),
      subscription,
      invoice: { back: 1 },
      line: 0,
      toSource: false,
      isDraft: false,
    }
    return { kind: 'take-back', note: numbers++, ...of, amount }
  })
  const done = await Promise.all(notes.map((note) => isDone(world, note)))
  return done.filter(Boolean).length
}

async function isDone({ product }: PaidWorld, step: Act): Promise<boolean> {
  const now = new Date(step.at)
  try {
    if ('back' in step) await reviseInvoice(product, step, now)
    else await moveMoney(product, step, now)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && refusals.has(String(error.code))) return false
    throw new Error(`${step.kind}: ${String(error)}`, { cause: error })
  }
}

function anyAct(world: PaidWorld, random: Random): Act | undefined {
  const of = { at: world.now(), subscription: random.below(world.customers) }
  const back = random.below(backMax)
  const kinds = ['pay', 'pay', 'take-back', 'take-back', 'void-payment', 'void-note', 'top-up'] as const
  const kind = random.pick([...kinds, 'void-invoice', 'replace-invoice', 'close-invoice'] as const)
  const amount = random.chance(0.3) ? null : random.pick(amounts)
  switch (kind) {
    case 'pay':
      return { kind, ...of, payment: numbers++, invoice: { back }, amount, isOfCredits: random.chance(0.4) }
    case 'take-back':
      return {
        kind,
        ...of,
        note: numbers++,
        invoice: { back },
        line: 0,
        amount,
        toSource: random.chance(0.5),
        isDraft: false,
      }
    case 'void-payment': {
      const payment = anyOf([...world.product.payments.keys()], random)
      return payment === undefined ? undefined : { kind, at: of.at, payment }
    }
    case 'void-note': {
      const note = anyOf([...world.product.notes.keys()], random)
      return note === undefined ? undefined : { kind, at: of.at, note }
    }
    case 'top-up': {
      const terms = { bonus: null, isPurchased: true, priority: null, effective: null, expires: null }
      return { kind, ...of, wallet: random.below(2), credits: random.pick(['7.5', '40']), ...terms }
    }
    default:
      return { kind, ...of, back }
  }
}

/** One of the last ones, which are not all settled. */
function anyOf(all: readonly number[], random: Random): number | undefined {
  return all.at(-1 - random.below(10))
}
