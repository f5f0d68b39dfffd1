import { deleteFeature, deletePrices } from '@flexprice/database/catalog'
import { takeBackOneByOne } from '@flexprice/database/connection'
import { deleteSubscriptions } from '@flexprice/database/creation'
import { deleteCustomers } from '@flexprice/database/customers'
import type { ImportTaskRow } from '@flexprice/database/imports'
import { createCustomerImport } from './customer-import.ts'
import type { TaskProcessingDependencies } from './dependencies.ts'
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
  /** Others keep answers that are made of such records. */
  readonly isCatalog?: boolean
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
    isCatalog: true,
  },
  PRICES: { createImport: createPriceImport, revert: revertRecords(deletePrices), isCatalog: true },
  SUBSCRIPTIONS: { createImport: createSubscriptionImport, revert: revertRecords(deleteSubscriptions) },
}

export function kindOf(type: ImportTaskRow['entity_type']): EntityKind {
  return kinds[type]
}

/** To be called after a page's commit, and at the end: a worker may have been killed between the two. */
export async function forgetChanged(
  { forgetCatalog }: Pick<TaskProcessingDependencies, 'forgetCatalog'>,
  task: Pick<ImportTaskRow, 'entity_type' | 'environment_id'>,
): Promise<void> {
  if (kinds[task.entity_type].isCatalog) await forgetCatalog(task.environment_id)
}
