import { z } from 'zod'
import { laterObject } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'

/** Counts come from the sync's own watermark, never from counting line items. */
const priceSyncStatus = z
  .object({
    current_sequence: z.int(),
    synced: z.boolean(),
    unsynced_subscription_count: z.int(),
  })
  .meta({ id: 'PlanPriceSyncStatusResponse' })

/** A plan as other records show it: without its prices, which would show their plan again. */
export const planRecord = z
  .object({
    ...recordFields,
    name: z.string(),
    description: z.string().optional(),
    lookup_key: z.string().optional(),
    display_order: z.int().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    price_sync_status: priceSyncStatus.optional(),
    prices: z.array(laterObject('PriceResponse')).optional(),
    entitlements: z.array(laterObject('EntitlementResponse')).optional(),
    credit_grants: z.array(laterObject('CreditGrantResponse')).optional(),
  })
  .meta({ id: 'Plan' })
