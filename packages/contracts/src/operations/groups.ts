import { z } from 'zod'
import { createGroupRequest, groupFilter, groupResponse, listGroupsResponse } from '../catalog/group.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Groups'
const byId = z.strictObject({ id: identifier })

export const createGroup = operation({
  operationId: 'createGroup',
  method: 'POST',
  path: '/groups',
  tag,
  catalog: 'write',
  summary: 'Make a group of prices or of features',
  schema: { body: createGroupRequest, response: { 201: groupResponse } },
})

export const getGroup = operation({
  operationId: 'getGroup',
  method: 'GET',
  path: '/groups/{id}',
  tag,
  summary: 'A group with what is in it, up to 1,000',
  schema: { params: byId, response: { 200: groupResponse } },
})

export const queryGroup = operation({
  operationId: 'queryGroup',
  method: 'POST',
  path: '/groups/search',
  tag,
  summary: 'Search groups, each with what is in it, up to 100',
  schema: { body: groupFilter.prefault({}), response: { 200: listGroupsResponse } },
})

export const deleteGroup = operation({
  operationId: 'deleteGroup',
  method: 'DELETE',
  path: '/groups/{id}',
  tag,
  catalog: 'write',
  summary: 'Delete a group that nothing is in',
  schema: { params: byId, response: { 204: z.undefined() } },
})
