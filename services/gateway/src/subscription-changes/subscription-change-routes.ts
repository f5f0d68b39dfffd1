import { cancelSubscriptionRoute } from './cancel-subscription.ts'
import type { ChangeRouteArguments } from './change-route-arguments.ts'
import { executeSubscriptionChangeRoute } from './execute-subscription-change.ts'
import {
  executeSubscriptionModifyRoute,
  previewSubscriptionModifyRoute,
} from './modify-subscription-route.ts'
import { pauseSubscriptionRoute } from './pause-subscription.ts'
import {
  executeSubscriptionPlanChangeV2Route,
  previewSubscriptionPlanChangeV2Route,
} from './plan-change-v2-route.ts'
import { previewSubscriptionCancellationRoute } from './preview-subscription-cancellation.ts'
import { previewSubscriptionChangeRoute } from './preview-subscription-change.ts'
import { previewSubscriptionPauseRoute } from './preview-subscription-pause.ts'
import { previewSubscriptionResumeRoute } from './preview-subscription-resume.ts'
import { resumeSubscriptionRoute } from './resume-subscription.ts'
import { updateSubscriptionRoute } from './update-subscription.ts'

/** Every operation that changes a running subscription: each waits for the workflow that does it. */
export const subscriptionChangeRoutes: ReadonlyArray<(...given: ChangeRouteArguments) => void> = [
  previewSubscriptionChangeRoute,
  executeSubscriptionChangeRoute,
  cancelSubscriptionRoute,
  previewSubscriptionCancellationRoute,
  pauseSubscriptionRoute,
  previewSubscriptionPauseRoute,
  resumeSubscriptionRoute,
  previewSubscriptionResumeRoute,
  updateSubscriptionRoute,
  previewSubscriptionPlanChangeV2Route,
  executeSubscriptionPlanChangeV2Route,
  previewSubscriptionModifyRoute,
  executeSubscriptionModifyRoute,
]
