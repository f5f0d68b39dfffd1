import { z } from 'zod'
import {
  apiKeyFilter,
  createApiKeyRequest,
  createApiKeyResponse,
  listSecretsResponse,
  rotateApiKeyRequest,
  rotateApiKeyResponse,
} from '../tenancy/api-key.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'API keys'
const byId = z.strictObject({ id: identifier })

export const createApiKey = operation({
  operationId: 'createApiKey',
  method: 'POST',
  path: '/secrets/api/keys',
  tag,
  summary: 'Make an API key of this environment; its secret is shown once',
  schema: { body: createApiKeyRequest, response: { 201: createApiKeyResponse } },
  replayWithout: ['api_key'],
})

export const listApiKeys = operation({
  operationId: 'listApiKeys',
  method: 'GET',
  path: '/secrets/api/keys',
  tag,
  summary: "The environment's keys that work, newest first; by status those that expired or were revoked",
  schema: { querystring: apiKeyFilter, response: { 200: listSecretsResponse } },
})

export const deleteApiKey = operation({
  operationId: 'deleteApiKey',
  method: 'DELETE',
  path: '/secrets/api/keys/{id}',
  tag,
  summary: 'Revoke an API key, be it the one of this request',
  schema: { params: byId, response: { 204: z.undefined() } },
})

export const rotateApiKey = operation({
  operationId: 'rotateApiKey',
  method: 'POST',
  path: '/secrets/api/keys/{id}/rotate',
  tag,
  summary: 'Make a new key in place of one that works on for a while; the secret is shown once',
  schema: { params: byId, body: rotateApiKeyRequest.prefault({}), response: { 201: rotateApiKeyResponse } },
  replayWithout: ['api_key'],
})
