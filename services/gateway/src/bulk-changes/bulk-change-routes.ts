import type { Dependencies } from '../dependencies.ts'
import type { Api } from '../route.ts'
import { downloadSubscriptionChangeBulkRoute } from './download-subscription-change-bulk.ts'
import { executeSubscriptionChangeBulkRoute } from './execute-subscription-change-bulk.ts'
import { getSubscriptionChangeBulkRoute } from './get-subscription-change-bulk.ts'
import { listSubscriptionChangeBulkItemsRoute } from './list-subscription-change-bulk-items.ts'
import { previewSubscriptionChangeBulkRoute } from './preview-subscription-change-bulk.ts'

/** Changes of many subscriptions at once: previewed, then executed as they were. */
export const bulkChangeRoutes: ReadonlyArray<
  (api: Api, deps: Pick<Dependencies, 'database' | 'temporal'>) => void
> = [
  previewSubscriptionChangeBulkRoute,
  executeSubscriptionChangeBulkRoute,
  getSubscriptionChangeBulkRoute,
  listSubscriptionChangeBulkItemsRoute,
  downloadSubscriptionChangeBulkRoute,
]
