import type { Scoped } from '@flexprice/database/connection'
import type { EnvironmentSettings } from '@flexprice/database/tenancy'
import { notFound } from '@flexprice/domain'
import { expectIdOf } from '../id-kind.ts'

/** A key belongs to one environment; another does not exist for it. @throws not_found */
export function expectOwnEnvironment({ scope }: Scoped, id: string): void {
  expectIdOf('environment', id)
  if (id !== scope.environmentId) throw notFound('Environment', id)
}

/** @throws not_found for another environment than the key's */
export function settingsResponse(scoped: Scoped, id: string, settings: EnvironmentSettings) {
  expectOwnEnvironment(scoped, id)
  return { environment_id: id, ...settings } as const
}
