import { type EntitlementChanges, newEntitlementTerms } from '@flexprice/domain/entitlement'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertEntitlements } from '../entitlements/entitlement-inserts.ts'
import type { NewEntitlement } from '../entitlements/entitlement-parties.ts'
import type { EntitlementRow } from '../entitlements/entitlements.ts'
import { now } from './catalog-rows.ts'

type Place = Omit<NewEntitlement, keyof EntitlementChanges | 'feature_type'>

/** An entitlement to a metered feature, unless told otherwise, without a limit. */
export async function addEntitlement(
  scoped: Scoped,
  entitlement: Place & EntitlementChanges & Partial<Pick<NewEntitlement, 'feature_type'>>,
): Promise<EntitlementRow> {
  const row = { feature_type: 'metered', ...entitlement, ...newEntitlementTerms(entitlement) } as const
  const [made] = await inTransaction(scoped, (transaction) => insertEntitlements(transaction, [row], now))
  if (!made) throw new Error('an insert returns its row')
  return made
}
