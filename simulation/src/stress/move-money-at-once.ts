import { createRandom } from '../lives/random.ts'
import { billInProcess } from '../product/bill-in-process.ts'
import { actAtRandom } from './act-at-random.ts'
import type { PaidWorld } from './open-paid-world.ts'

export interface MovedAtOnce {
  /** How often each act was done; those that were only refused are not in it. */
  readonly done: Readonly<Record<string, number>>
  /** What nobody should ever see. */
  readonly broken: readonly string[]
}

const actors = 8
const billers = 2
/** On a slow machine it takes longer, so that each act has had its chances. */
const actsMin = 500

/** For so long: eight who do something at random, one after the other, and two who move on a day and bill it, at once. */
export async function moveMoneyAtOnce(
  world: PaidWorld,
  { forMs, seed }: { forMs: number; seed: number },
): Promise<MovedAtOnce> {
  const until = performance.now() + forMs
  let acts = 0
  const done: Record<string, number> = {}
  const broken: string[] = []
  const goOn = async (act: () => Promise<string | undefined>): Promise<void> => {
    while ((performance.now() < until || acts < actsMin) && broken.length === 0) {
      acts++
      try {
        const kind = await act()
        if (kind !== undefined) done[kind] = (done[kind] ?? 0) + 1
      } catch (error) {
        broken.push(chainOf(error))
      }
    }
  }
  const acting = Array.from({ length: actors }, (_, actor) => {
    const random = createRandom(seed * actors + actor)
    return goOn(() => actAtRandom(world, random))
  })
  const bill = async (): Promise<string | undefined> => {
    const { failed, done: billed } = await billInProcess(world.product.scoped, new Date(world.now()))
    if (failed > 0) throw new Error(`${failed} subscriptions could not be billed`)
    return billed > 0 ? 'bill' : undefined
  }
  const billing = Array.from({ length: billers }, (_, biller) =>
    goOn(async () => {
      if (biller === 0) await world.nextDay()
      return bill()
    }),
  )
  await Promise.all([...acting, ...billing])
  return { done, broken }
}

/** An error with what it came from: what the product tells nobody of is in there. */
function chainOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? String(error) : `${error}: ${chainOf(error.cause)}`
}
