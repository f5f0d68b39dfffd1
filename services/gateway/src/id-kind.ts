import { type IdKind, otherKindRefusal } from '@flexprice/database/connection'

/** @throws not_found for the id of another kind of record */
export function expectIdOf(kind: IdKind, id: string): void {
  const refusal = otherKindRefusal(kind, id)
  if (refusal) throw refusal
}
