import { purgeCalculations } from '@flexprice/database/calculations'
import { readNow } from '@flexprice/database/connection'
import { Context } from '@temporalio/activity'
import type { CalculateChargesDependencies } from './dependencies.ts'

/**
 * A result can be read for so long by the environment's clock, by which it was made; it goes when a later calculation of
 * the environment ends.
 */
const keptMs = 30 * 86_400_000
const rowsPerStatementMax = 5_000

export async function purgeOldCalculations({ scoped }: CalculateChargesDependencies): Promise<void> {
  const context = Context.current()
  const handle = scoped()
  const before = new Date((await readNow(handle)).getTime() - keptMs)
  while (!(await purgeCalculations(handle, { before, rowsMax: rowsPerStatementMax }))) {
    context.cancellationSignal.throwIfAborted()
    context.heartbeat()
  }
}
