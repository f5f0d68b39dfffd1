import { z } from 'zod'
import { environmentClockResponse, moveEnvironmentClockRequest } from '../tenancy/environment-clock.ts'
import {
  environmentSettingsResponse,
  updateEnvironmentSettingsRequest,
} from '../tenancy/environment-settings.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'
import { workflowStarted } from '../wire/workflow-execution.ts'

const tag = 'Environments'
const byId = z.strictObject({ id: identifier })

export const getEnvironmentSettings = operation({
  operationId: 'getEnvironmentSettings',
  method: 'GET',
  path: '/environments/{id}/settings',
  tag,
  summary: "How the key's environment bills",
  schema: { params: byId, response: { 200: environmentSettingsResponse } },
})

export const updateEnvironmentSettings = operation({
  operationId: 'updateEnvironmentSettings',
  method: 'PUT',
  path: '/environments/{id}/settings',
  tag,
  summary: "Change how the key's environment bills; what is left out stays, and who changed what is kept",
  schema: {
    params: byId,
    body: updateEnvironmentSettingsRequest,
    response: { 200: environmentSettingsResponse },
  },
})

export const getEnvironmentClock = operation({
  operationId: 'getEnvironmentClock',
  method: 'GET',
  path: '/environments/{id}/clock',
  tag,
  summary: "What time it is in the key's environment: the time of day, or its test clock's",
  schema: { params: byId, response: { 200: environmentClockResponse } },
})

export const moveEnvironmentClock = operation({
  operationId: 'moveEnvironmentClock',
  method: 'POST',
  path: '/environments/{id}/clock',
  tag,
  summary: "Move a development environment's test clock forward, and bill what falls due on the way",
  schema: { params: byId, body: moveEnvironmentClockRequest, response: { 202: workflowStarted } },
})
