import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Api } from '../route.ts'
import { executeSubscriptionChangeRoute } from './execute-subscription-change.ts'
import {
  executeSubscriptionModifyRoute,
  previewSubscriptionModifyRoute,
} from './modify-subscription-route.ts'
import {
  executeSubscriptionPlanChangeV2Route,
  previewSubscriptionPlanChangeV2Route,
} from './plan-change-v2-route.ts'
import { previewSubscriptionChangeRoute } from './preview-subscription-change.ts'

/** Every operation that changes a running subscription: each waits for the workflow that does it. */
export const subscriptionChangeRoutes: ReadonlyArray<
  (api: Api, deps: Dependencies, config: AppConfig, closing: AbortSignal) => void
> = [
  previewSubscriptionChangeRoute,
  executeSubscriptionChangeRoute,
  previewSubscriptionPlanChangeV2Route,
  executeSubscriptionPlanChangeV2Route,
  previewSubscriptionModifyRoute,
  executeSubscriptionModifyRoute,
]
