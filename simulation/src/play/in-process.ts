import { isCodedError } from '@flexprice/domain'
import { createClockMove } from '../product/bill-by-clock.ts'
import { billInProcess } from '../product/bill-in-process.ts'
import { forecastDue } from '../product/forecast-due.ts'
import { perform } from '../product/perform.ts'
import { createProduct, type Databases } from '../product/product.ts'
import type { BeginWorld } from './world.ts'

/** Every so many moves are billed by a run of the schedule, the others as a test clock's move bills. */
const scheduledEach = 8
/** Before every so many moves somebody asks for drafts of what is due: that changes no bill. */
const forecastEach = 3

/**
 * Worlds in which steps call what the product's doors call, on the real database: fast, and without a process to kill.
 *
 * @param handles on the same database: each is one world's at a time, as long as there are enough, so that its
 * connections keep the environment and the plans of their statements
 */
export function inProcess(...handles: readonly [Databases, ...Databases[]]): BeginWorld {
  const free: Databases[] = [...handles]
  return async (at) => {
    const taken = free.pop()
    const product = await createProduct(taken ?? handles[0], at)
    const move = createClockMove(product.scoped)
    let moves = 0
    return {
      product,
      stopsByItself: false,
      perform: (step) => perform(product, step),
      isRefusal: isCodedError,
      async moveTo(to) {
        await product.moveClock(to)
        const now = new Date(to)
        if (moves % forecastEach === 0) await forecastDue(product.scoped, now)
        const isScheduled = ++moves % scheduledEach === 0
        return (await (isScheduled ? billInProcess(product.scoped, now) : move.bill(now))).failed
      },
      read: (look) => look(),
      async [Symbol.asyncDispose]() {
        if (taken) free.push(taken)
      },
    }
  }
}
