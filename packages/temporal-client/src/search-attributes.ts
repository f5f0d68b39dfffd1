import type { WorkflowContract } from '@flexprice/contracts/workflows'
import type { Scope } from '@flexprice/domain'
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common'

/** All of type Keyword; they must be registered in the namespace before the first start. */
export const searchAttributeNames = [
  'TenantId',
  'EnvironmentId',
  'EntityType',
  'EntityId',
  'RequestId',
] as const

export const tenantIdKey = defineSearchAttributeKey('TenantId', 'KEYWORD')
export const environmentIdKey = defineSearchAttributeKey('EnvironmentId', 'KEYWORD')
export const entityTypeKey = defineSearchAttributeKey('EntityType', 'KEYWORD')
export const entityIdKey = defineSearchAttributeKey('EntityId', 'KEYWORD')
export const requestIdKey = defineSearchAttributeKey('RequestId', 'KEYWORD')

/** They lie in Temporal's database as plain text: ids only, nothing about a person. */
export function searchAttributes(
  contract: WorkflowContract,
  entityId: string,
  scope: Scope,
): SearchAttributePair[] {
  return [
    { key: tenantIdKey, value: scope.tenantId },
    { key: environmentIdKey, value: scope.environmentId },
    { key: entityTypeKey, value: contract.definition.entityType },
    { key: entityIdKey, value: entityId },
    { key: requestIdKey, value: scope.requestId },
  ]
}
