import { newId } from '@flexprice/database/connection'
import type { BenchStack } from '../bench-stack.ts'
import { type Book, period } from '../calculate/book.ts'
import { measureFloor } from '../sync-client.ts'
import { bareRows } from './bare-rows.ts'

/** P6's first floor: one statement bills all that is due, under the product's role and row security. */
export async function bareRun(stack: BenchStack, book: Book): Promise<{ wall_s: number; cpu_s: number }> {
  const { planId, prices } = book
  const values = [newId('invoice').slice(-18), planId, period.start, period.end, prices.calls, prices.bytes]
  return await measureFloor(stack, { text: bareRows(), values })
}
