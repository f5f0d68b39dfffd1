/** What a plan or a subscription grants of a feature. */
export {
  type EntitlementOverride,
  entitlementsPerInsertMax,
  insertEntitlements,
  insertSubscriptionEntitlements,
  overrideProblems,
} from './entitlement-inserts.ts'
export type { NewEntitlement } from './entitlement-parties.ts'
export {
  deleteEntitlement,
  type EntitlementRow,
  getEntitlement,
  shareEntitlements,
  updateEntitlement,
} from './entitlements.ts'
