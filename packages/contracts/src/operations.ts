import type { Operation } from './operation.ts'
import * as customers from './operations/customers.ts'
import * as features from './operations/features.ts'
import * as groups from './operations/groups.ts'
import * as invoices from './operations/invoices.ts'
import * as plans from './operations/plans.ts'
import * as prices from './operations/prices.ts'
import * as subscriptions from './operations/subscriptions.ts'
import * as workflows from './operations/workflows.ts'

/** Every operation that the gateway serves below `/v1`. */
export const operations: readonly Operation[] = [
  ...Object.values(customers),
  ...Object.values(features),
  ...Object.values(groups),
  ...Object.values(invoices),
  ...Object.values(plans),
  ...Object.values(prices),
  ...Object.values(subscriptions),
  ...Object.values(workflows),
]
