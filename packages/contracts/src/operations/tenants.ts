import { z } from 'zod'
import { tenantResponse, updateTenantRequest } from '../tenancy/tenant.ts'
import { userResponse } from '../tenancy/user.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

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
