/** Tenants, environments and API keys. */
export { findApiKeyHash } from './api-key-hash.ts'
export {
  type ApiKeyRotation,
  type ApiKeyRow,
  type ApiKeySearch,
  type ApiKeyStatus,
  apiKeyStatus,
  createApiKey,
  hashApiKey,
  type NewApiKey,
  revokeApiKey,
  rotateApiKey,
  searchApiKeys,
} from './api-keys.ts'
export {
  type EnvironmentSettings,
  environmentSettings,
  getEnvironmentSettings,
  updateEnvironmentSettings,
} from './environment-settings.ts'
export { createEnvironment, createTenant } from './tenancy.ts'
export { getTenant, type TenantChanges, type TenantRow, updateTenant } from './tenants.ts'
