import { z } from 'zod'
import { operation } from '../operation.ts'
import { tenantResponse, updateTenantRequest } from '../tenant.ts'
import { identifier } from '../text.ts'
import { userResponse } from '../user.ts'

const tag = 'Tenants and users'

export const getTenantById = operation({
  operationId: 'getTenantById',
  method: 'GET',
  path: '/tenants/{id}',
  tag,
  summary: "The caller's own tenant",
  schema: { params: z.strictObject({ id: identifier }), response: { 200: tenantResponse } },
})

export const updateTenant = operation({
  operationId: 'updateTenant',
  method: 'PUT',
  path: '/tenants/update',
  tag,
  summary: "Change the caller's tenant; what is left out stays",
  schema: { body: updateTenantRequest, response: { 200: tenantResponse } },
})

export const getUserInfo = operation({
  operationId: 'getUserInfo',
  method: 'GET',
  path: '/users/me',
  tag,
  summary: 'On whose behalf the API key acts',
  schema: { response: { 200: userResponse } },
})
