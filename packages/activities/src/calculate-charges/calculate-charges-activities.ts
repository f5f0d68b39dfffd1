import type {
  CalculationResult,
  InvoicePreview,
  RecalculatedInvoice,
  SyncPreviewResult,
} from '@flexprice/contracts/workflows'
import { beginSyncPreview } from '@flexprice/database/price-sync'
import { beginCalculation } from './begin-calculation.ts'
import { calculateSlice } from './calculate-slice.ts'
import { completeCalculation } from './complete-calculation.ts'
import { completeSyncPreview } from './complete-sync-preview.ts'
import type {
  CalculateChargesDependencies,
  PreviewInput,
  RecalculationInput,
  ReplacementInput,
} from './dependencies.ts'
import { previewInvoice } from './preview-invoice.ts'
import { previewSyncSlice } from './preview-sync-slice.ts'
import { purgeOldCalculations } from './purge-old-calculations.ts'
import { recalculateInvoice } from './recalculate-invoice.ts'
import { replaceInvoice } from './replace-invoice.ts'

export interface CalculateChargesActivities {
  /** Cuts a calculation into slices. Idempotent by the calculation. */
  beginCalculation(input: { calculationId: string }): Promise<{ slices: readonly number[] }>
  /** Works through one slice, page by page, from its cursor. Idempotent by (calculation, slice). */
  calculateSlice(input: { calculationId: string; slice: number }): Promise<void>
  /** Closes a calculation and sums it up. Idempotent by the calculation. */
  completeCalculation(input: { calculationId: string }): Promise<CalculationResult>
  /** Removes the environment's calculations of 30 days ago and earlier. Idempotent. */
  purgeOldCalculations(): Promise<void>
  /** Reads only. */
  previewInvoice(input: PreviewInput): Promise<InvoicePreview>
  /** Cuts the preview of a price change into slices. Idempotent by the preview. */
  beginSyncPreview(input: { previewId: string }): Promise<readonly number[]>
  /** Works through one slice, page by page, from its cursor. Idempotent by (preview, slice). */
  previewSyncSlice(input: { previewId: string; slice: number }): Promise<void>
  /** Sums a preview up, and removes the environment's old ones. Idempotent by the preview. */
  completeSyncPreview(input: { previewId: string }): Promise<SyncPreviewResult>
  /** Rates a draft once more, and closes it if that is asked for. Idempotent by the invoice's state. */
  recalculateInvoice(input: RecalculationInput): Promise<RecalculatedInvoice>
  /** Makes a draft in a voided invoice's place. Idempotent by the voided one, which keeps its id. */
  replaceInvoice(input: ReplacementInput): Promise<RecalculatedInvoice>
}

/** A preview reads and writes little, and is cut without being counted: more slices than work at once give nothing. */
const previewSlicesMax = 2

export function createCalculateChargesActivities(
  dependencies: CalculateChargesDependencies,
): CalculateChargesActivities {
  return {
    beginCalculation: (input) => beginCalculation(dependencies, input),
    calculateSlice: (input) => calculateSlice(dependencies, input),
    completeCalculation: (input) => completeCalculation(dependencies, input),
    purgeOldCalculations: () => purgeOldCalculations(dependencies),
    previewInvoice: (input) => previewInvoice(dependencies, input),
    beginSyncPreview: ({ previewId }) =>
      beginSyncPreview(dependencies.scoped(), {
        previewId,
        slicesMax: Math.min(dependencies.slicesMax, previewSlicesMax),
      }),
    previewSyncSlice: (input) => previewSyncSlice(dependencies, input),
    completeSyncPreview: (input) => completeSyncPreview(dependencies, input),
    recalculateInvoice: (input) => recalculateInvoice(dependencies, input),
    replaceInvoice: (input) => replaceInvoice(dependencies, input),
  }
}
