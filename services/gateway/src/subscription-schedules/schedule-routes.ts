import { cancelSubscriptionScheduleRoute } from './cancel-subscription-schedule.ts'
import { getSubscriptionScheduleRoute } from './get-subscription-schedule.ts'
import { listAllSubscriptionSchedulesRoute } from './list-all-subscription-schedules.ts'
import { listSubscriptionSchedulesRoute } from './list-subscription-schedules.ts'

export const scheduleRoutes = [
  cancelSubscriptionScheduleRoute,
  getSubscriptionScheduleRoute,
  listAllSubscriptionSchedulesRoute,
  listSubscriptionSchedulesRoute,
] as const
