import type { Operation } from './operation.ts'
import * as apiKeys from './operations/api-keys.ts'
import * as calculations from './operations/calculations.ts'
import * as customers from './operations/customers.ts'
import * as entitlements from './operations/entitlements.ts'
import * as events from './operations/events.ts'
import * as features from './operations/features.ts'
import * as groups from './operations/groups.ts'
import * as invoices from './operations/invoices.ts'
import * as plans from './operations/plans.ts'
import * as prices from './operations/prices.ts'
import * as subscriptions from './operations/subscriptions.ts'
import * as syncPreviews from './operations/sync-previews.ts'
import * as tenants from './operations/tenants.ts'
import * as usage from './operations/usage.ts'
import * as workflows from './operations/workflows.ts'

/** Every operation that the gateway serves below `/v1`. */
export const operations: readonly Operation[] = [
  ...Object.values(apiKeys),
  ...Object.values(calculations),
  ...Object.values(customers),
  ...Object.values(entitlements),
  ...Object.values(events),
  ...Object.values(features),
  ...Object.values(groups),
  ...Object.values(invoices),
  ...Object.values(plans),
  ...Object.values(prices),
  ...Object.values(subscriptions),
  ...Object.values(syncPreviews),
  ...Object.values(tenants),
  ...Object.values(usage),
  ...Object.values(workflows),
]
