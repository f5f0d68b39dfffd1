/** Tenants, users and API keys. */
export { overlapSecondsMax, type SecretResponse } from './api-key.ts'
export { type TenantResponse, tenantBillingDetails } from './tenant.ts'
