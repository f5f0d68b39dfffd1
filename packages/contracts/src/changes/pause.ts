import { z } from 'zod'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { subscriptionPauseResponse } from '../subscriptions/subscription-pause.ts'
import { toldWarnings } from './subscription-change.ts'

const pausedSubscription = {
  ...{ pause: subscriptionPauseResponse, subscription: subscriptionResponse },
  ...toldWarnings,
}

export const pauseSubscriptionResponse = z
  .object(pausedSubscription)
  .meta({ id: 'PauseSubscriptionResponse' })

export const resumeSubscriptionResponse = z
  .object(pausedSubscription)
  .meta({ id: 'ResumeSubscriptionResponse' })
