import type { CalculationResult } from '@flexprice/contracts/workflows'
import { finishCalculation, getCalculationProgress, sumCalculation } from '@flexprice/database/calculations'
import { readNow } from '@flexprice/database/connection'
import { formatDecimal, readDecimal } from '@flexprice/domain/money'
import type { CalculateChargesDependencies } from './dependencies.ts'

export async function completeCalculation(
  { scoped, events }: CalculateChargesDependencies,
  { calculationId }: { calculationId: string },
): Promise<CalculationResult> {
  const handle = scoped()
  await finishCalculation(handle, calculationId, await readNow(handle))
  const progress = await getCalculationProgress(handle, calculationId)
  const totals = await sumCalculation(handle, calculationId)
  const result = {
    calculation_id: calculationId,
    subscriptions_processed: progress?.processed ?? 0,
    subscriptions_failed: progress?.failed ?? 0,
    totals: totals.map(({ subtotal, total, ...rest }) => ({
      ...rest,
      subtotal: formatDecimal(readDecimal(subtotal)),
      total: formatDecimal(readDecimal(total)),
    })),
  }
  events.completed(result)
  return result
}
