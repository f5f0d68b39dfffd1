import { deleteFeature, deletePrices } from '@flexprice/database/catalog'
import { takeBackOneByOne } from '@flexprice/database/connection'
import { deleteSubscriptions } from '@flexprice/database/creation'
import { deleteCustomers } from '@flexprice/database/customers'
import type { ImportTaskRow } from '@flexprice/database/imports'
import { createCustomerImport } from './customer-import.ts'
import type { EntityImport } from './entity-import.ts'
import { createEventImport } from './event-import.ts'
import { createFeatureImport } from './feature-import.ts'
import { createPriceImport } from './price-import.ts'
import { revertEvents } from './revert-events.ts'
import { type EntityRevert, revertRecords } from './revert-records.ts'
import { createSubscriptionImport } from './subscription-import.ts'

/** How one kind of record comes in from a file, and is taken back. */
interface EntityKind {
  createImport(task: { readonly taskId: string }): EntityImport
  readonly revert: EntityRevert
}

/** A line a kind. */
const kinds: Readonly<Record<ImportTaskRow['entity_type'], EntityKind>> = {
  EVENTS: { createImport: createEventImport, revert: revertEvents },
  CUSTOMERS: { createImport: createCustomerImport, revert: revertRecords(deleteCustomers) },
  FEATURES: {
    createImport: createFeatureImport,
    revert: revertRecords((scoped, ids, now) =>
      takeBackOneByOne(scoped, ids, (id) => deleteFeature(scoped, id, now)),
    ),
  },
  PRICES: { createImport: createPriceImport, revert: revertRecords(deletePrices) },
  SUBSCRIPTIONS: { createImport: createSubscriptionImport, revert: revertRecords(deleteSubscriptions) },
}

export function kindOf(type: ImportTaskRow['entity_type']): EntityKind {
  return kinds[type]
}
