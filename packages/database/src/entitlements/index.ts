export {
  type EntitlementOverride,
  entitlementsPerInsertMax,
  insertEntitlements,
  insertSubscriptionEntitlements,
  type NewEntitlement,
  overrideProblems,
} from './entitlement-inserts.ts'
export {
  deleteEntitlement,
  type EntitlementRow,
  getEntitlement,
  shareEntitlements,
  updateEntitlement,
} from './entitlements.ts'
