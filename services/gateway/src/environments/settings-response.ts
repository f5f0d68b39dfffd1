import type { Scoped } from '@flexprice/database/connection'
import type { EnvironmentSettings } from '@flexprice/database/tenancy'

export function settingsResponse({ scope }: Scoped, settings: EnvironmentSettings) {
  return { environment_id: scope.environmentId, ...settings } as const
}
