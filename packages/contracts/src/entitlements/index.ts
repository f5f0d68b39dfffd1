/** Entitlements. */
export type { CreateEntitlementRequest, EntitlementResponse } from './entitlement.ts'
