import { z } from 'zod'
import {
  environmentSettingsResponse,
  updateEnvironmentSettingsRequest,
} from '../tenancy/environment-settings.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

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
