import { z } from 'zod'
import {
  cancelScheduleRequest,
  cancelScheduleResponse,
  schedulesQuery,
  schedulesResponse,
  subscriptionScheduleResponse,
} from '../subscriptions/subscription-schedule.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Subscription schedules'
const bySchedule = z.strictObject({ schedule_id: identifier })

export const listAllSubscriptionSchedules = operation({
  operationId: 'listAllSubscriptionSchedules',
  method: 'GET',
  path: '/subscriptions/schedules',
  tag,
  summary:
    'Changes and cancellations that wait for a boundary, were made there, or never came to it; newest first',
  schema: { querystring: schedulesQuery, response: { 200: schedulesResponse } },
})

export const getSubscriptionSchedule = operation({
  operationId: 'getSubscriptionSchedule',
  method: 'GET',
  path: '/subscriptions/schedules/{schedule_id}',
  tag,
  summary: 'A scheduled change or cancellation, and what became of it',
  schema: { params: bySchedule, response: { 200: subscriptionScheduleResponse } },
})

export const cancelSubscriptionSchedule = operation({
  operationId: 'cancelSubscriptionSchedule',
  method: 'POST',
  path: '/subscriptions/schedules/{schedule_id}/cancel',
  tag,
  summary: 'Take back what is scheduled, as long as its instant has not come; a subscription goes on then',
  schema: {
    params: bySchedule,
    body: cancelScheduleRequest.prefault({}),
    response: { 200: cancelScheduleResponse },
  },
})

export const listSubscriptionSchedules = operation({
  operationId: 'listSubscriptionSchedules',
  method: 'GET',
  path: '/subscriptions/{id}/schedules',
  tag,
  summary: "A subscription's schedules, newest first; 1,000 at the most",
  schema: { params: z.strictObject({ id: identifier }), response: { 200: schedulesResponse } },
})
