import { isCodedError } from '@flexprice/domain'
import { billInProcess } from '../product/bill-in-process.ts'
import { perform } from '../product/perform.ts'
import { createProduct, type Databases } from '../product/product.ts'
import type { BeginWorld } from './world.ts'

/** Worlds in which steps call what the product's doors call, on the real database: fast, and without a process to kill. */
export function inProcess(databases: Databases): BeginWorld {
  return async (at) => {
    const product = await createProduct(databases, at)
    return {
      product,
      stopsByItself: false,
      perform: (step) => perform(product, step),
      isRefusal: isCodedError,
      async moveTo(to) {
        await product.moveClock(to)
        return (await billInProcess(product.scoped, new Date(to))).failed
      },
      read: (look) => look(),
    }
  }
}
