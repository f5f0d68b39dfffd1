import { z } from 'zod'
import {
  cloneFeatureRequest,
  createFeatureRequest,
  featureFilter,
  featureResponse,
  listFeaturesResponse,
  updateFeatureRequest,
} from '../catalog/feature.ts'
import { successResponse } from '../wire/error.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Features'
const byId = z.strictObject({ id: identifier })

export const createFeature = operation({
  operationId: 'createFeature',
  method: 'POST',
  path: '/features',
  tag,
  catalog: 'write',
  summary: 'Make a feature; a metered one with a meter of its own or an existing one',
  schema: { body: createFeatureRequest, response: { 201: featureResponse } },
})

/** Ours: the contract has search only. */
export const getFeature = operation({
  operationId: 'getFeature',
  method: 'GET',
  path: '/features/{id}',
  tag,
  catalog: 'read',
  summary: 'A feature with its meter and group',
  schema: { params: byId, response: { 200: featureResponse } },
})

export const queryFeature = operation({
  operationId: 'queryFeature',
  method: 'POST',
  path: '/features/search',
  tag,
  summary: 'Search features',
  schema: { body: featureFilter.prefault({}), response: { 200: listFeaturesResponse } },
})

export const updateFeature = operation({
  operationId: 'updateFeature',
  method: 'PUT',
  path: '/features/{id}',
  tag,
  catalog: 'write',
  summary: 'Change a feature; what is left out stays',
  schema: { params: byId, body: updateFeatureRequest, response: { 200: featureResponse } },
})

export const deleteFeature = operation({
  operationId: 'deleteFeature',
  method: 'DELETE',
  path: '/features/{id}',
  tag,
  catalog: 'write',
  summary: 'Delete a feature that nothing uses',
  schema: { params: byId, response: { 200: successResponse } },
})

export const cloneFeature = operation({
  operationId: 'cloneFeature',
  method: 'POST',
  path: '/features/{id}/clone',
  tag,
  catalog: 'write',
  summary: 'Make a feature like another one, with a meter of its own',
  schema: { params: byId, body: cloneFeatureRequest.prefault({}), response: { 201: featureResponse } },
})
