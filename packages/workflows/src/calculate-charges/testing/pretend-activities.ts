import type { CalculateChargesActivities } from '@flexprice/activities/calculate-charges'

/** Activities for tests of the workflow's body alone. */
export function pretendCalculateCharges(
  changes: Partial<CalculateChargesActivities> = {},
): CalculateChargesActivities {
  return {
    beginCalculation: async () => ({ slices: [0, 1] }),
    calculateSlice: async () => {},
    completeCalculation: async ({ calculationId }) => ({
      calculation_id: calculationId,
      subscriptions_processed: 2,
      subscriptions_failed: 0,
      totals: [],
    }),
    purgeOldCalculations: async () => {},
    beginSyncPreview: async () => [0, 1],
    previewSyncSlice: async () => {},
    completeSyncPreview: async ({ previewId }) => ({
      preview_id: previewId,
      subscriptions_touched: 1,
      subscriptions_untouched: 1,
      subscriptions_failed: 0,
      totals: [],
    }),
    previewInvoice: async () => ({ preview: { total: '10' } }),
    recalculateInvoice: async ({ invoice_id }) => ({ invoice_id, invoice_status: 'FINALIZED' }),
    replaceInvoice: async () => ({ invoice_id: 'inv_2', invoice_status: 'DRAFT' }),
    ...changes,
  }
}

export const inputs = {
  calculation: { kind: 'calculation', calculation_id: 'calc_1' },
  preview: { kind: 'preview', request_key: 'key', subscription_id: 'subs_1', window: null },
  sync_preview: { kind: 'sync_preview', preview_id: 'spv_1' },
  replacement: { kind: 'replacement', invoice_id: 'inv_1' },
  invoice: { kind: 'invoice', request_key: 'key', invoice_id: 'inv_1', finalize: true },
} as const
