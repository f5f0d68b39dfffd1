import { z } from 'zod'
import {
  previewSyncRequest,
  syncPreviewItemsQuery,
  syncPreviewItemsResponse,
  syncPreviewResponse,
  syncPreviewStarted,
} from '../price-sync/sync-preview.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Plans'
const byPlan = z.strictObject({ id: identifier })
const byPreview = z.strictObject({ id: identifier, preview_id: identifier })

export const previewPlanSync = operation({
  operationId: 'previewPlanSync',
  method: 'POST',
  path: '/plans/{id}/sync/preview',
  tag,
  summary: "What price edits and their sync would do to each subscription's next invoice; nothing is changed",
  idempotency: 'own',
  schema: { params: byPlan, body: previewSyncRequest, response: { 202: syncPreviewStarted } },
})

export const getSyncPreview = operation({
  operationId: 'getSyncPreview',
  method: 'GET',
  path: '/plans/{id}/sync/previews/{preview_id}',
  tag,
  summary: 'A preview of price edits: totals, the largest movers, what stays as it is and why',
  schema: { params: byPreview, response: { 200: syncPreviewResponse } },
})

export const listSyncPreviewItems = operation({
  operationId: 'listSyncPreviewItems',
  method: 'GET',
  path: '/plans/{id}/sync/previews/{preview_id}/items',
  tag,
  summary: "Each subscription's next invoice before and after",
  schema: {
    params: byPreview,
    querystring: syncPreviewItemsQuery,
    response: { 200: syncPreviewItemsResponse },
  },
})

export const downloadSyncPreview = operation({
  operationId: 'downloadSyncPreview',
  method: 'GET',
  path: '/plans/{id}/sync/previews/{preview_id}/download',
  tag,
  summary: 'The same as CSV, a row a subscription',
  schema: {
    params: byPreview,
    response: { 200: z.unknown().meta({ type: 'string', description: 'text/csv' }) },
  },
})
