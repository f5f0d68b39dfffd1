import type { CalculateChargesActivities } from '@flexprice/activities/calculate-charges'
import type {
  CalculateChargesInput,
  CalculateChargesResult,
  CalculationResult,
  SyncPreviewResult,
} from '@flexprice/contracts/workflows'
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import { inParallel } from '../in-parallel.ts'
import { untilDone, whileSomebodyWaits } from '../retry.ts'

/**
 * Computes charges: of many subscriptions, in slices; or of one, for somebody who waits. A second request with
 * the same input meets the running one.
 */
export async function CalculateChargesWorkflow(
  input: CalculateChargesInput,
): Promise<CalculateChargesResult> {
  switch (input.kind) {
    case 'calculation':
      return calculate(input.calculation_id)
    case 'sync_preview':
      return previewSync(input.preview_id)
    case 'preview':
      return previewInvoice(input)
    case 'invoice':
      return recalculateInvoice(input)
    case 'replacement':
      return replaceInvoice(input)
  }
}

const { beginCalculation, completeCalculation } = proxyLocalActivities<
  Pick<CalculateChargesActivities, 'beginCalculation' | 'completeCalculation'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})

const { calculateSlice, purgeOldCalculations, beginSyncPreview, previewSyncSlice, completeSyncPreview } =
  proxyActivities<
    Pick<
      CalculateChargesActivities,
      | 'calculateSlice'
      | 'purgeOldCalculations'
      | 'beginSyncPreview'
      | 'previewSyncSlice'
      | 'completeSyncPreview'
    >
  >({
    heartbeatTimeout: '30 seconds',
    startToCloseTimeout: '6 hours',
    scheduleToCloseTimeout: '24 hours',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: untilDone,
  })

const { previewInvoice, recalculateInvoice, replaceInvoice } = proxyLocalActivities<
  Pick<CalculateChargesActivities, 'previewInvoice' | 'recalculateInvoice' | 'replaceInvoice'>
>({
  startToCloseTimeout: '30 seconds',
  retry: whileSomebodyWaits,
})

async function calculate(calculationId: string): Promise<CalculationResult> {
  const { slices } = await beginCalculation({ calculationId })
  await inParallel(slices, (slice) => calculateSlice({ calculationId, slice }))
  const result = await completeCalculation({ calculationId })
  await purgeOldCalculations()
  return result
}

async function previewSync(previewId: string): Promise<SyncPreviewResult> {
  const slices = await beginSyncPreview({ previewId })
  await inParallel(slices, (slice) => previewSyncSlice({ previewId, slice }))
  return completeSyncPreview({ previewId })
}
