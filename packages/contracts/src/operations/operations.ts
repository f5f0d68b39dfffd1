import type { Operation } from '../wire/operation.ts'
import * as apiKeys from './api-keys.ts'
import * as billing from './billing.ts'
import * as bulkChanges from './bulk-changes.ts'
import * as calculations from './calculations.ts'
import * as creditGrants from './credit-grants.ts'
import * as creditNotes from './credit-notes.ts'
import * as customers from './customers.ts'
import * as entitlements from './entitlements.ts'
import * as environments from './environments.ts'
import * as events from './events.ts'
import * as features from './features.ts'
import * as files from './files.ts'
import * as groups from './groups.ts'
import * as invoices from './invoices.ts'
import * as payments from './payments.ts'
import * as plans from './plans.ts'
import * as prices from './prices.ts'
import * as subscriptionChanges from './subscription-changes.ts'
import * as subscriptionEnds from './subscription-ends.ts'
import * as subscriptionSchedules from './subscription-schedules.ts'
import * as subscriptions from './subscriptions.ts'
import * as syncPreviews from './sync-previews.ts'
import * as tasks from './tasks.ts'
import * as tenants from './tenants.ts'
import * as usage from './usage.ts'
import * as wallets from './wallets.ts'
import * as workflows from './workflows.ts'

/** Every operation that the gateway serves below `/v1`. */
export const operations: readonly Operation[] = [
  ...Object.values(apiKeys),
  ...Object.values(billing),
  ...Object.values(bulkChanges),
  ...Object.values(calculations),
  ...Object.values(creditNotes),
  ...Object.values(creditGrants),
  ...Object.values(customers),
  ...Object.values(entitlements),
  ...Object.values(environments),
  ...Object.values(events),
  ...Object.values(features),
  ...Object.values(files),
  ...Object.values(groups),
  ...Object.values(invoices),
  ...Object.values(payments),
  ...Object.values(plans),
  ...Object.values(prices),
  ...Object.values(subscriptions),
  ...Object.values(subscriptionChanges),
  ...Object.values(subscriptionEnds),
  ...Object.values(subscriptionSchedules),
  ...Object.values(syncPreviews),
  ...Object.values(tasks),
  ...Object.values(tenants),
  ...Object.values(usage),
  ...Object.values(wallets),
  ...Object.values(workflows),
]
