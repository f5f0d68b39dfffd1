/** Changes of running subscriptions: what was billed of the lines that go, and what each change has made. */
export { readBilledTime } from './billed-time.ts'
export { markLines } from './mark-lines.ts'
export { type GrantMove, moveGrants } from './move-grants.ts'
export {
  type ChangeHistory,
  keepChangeResult,
  newestChangeId,
  readChangeHistory,
  type SubscriptionChangeRow,
} from './subscription-changes.ts'
export {
  type ChangedSubscription,
  type ComingLine,
  type SubscriptionChange,
  writeChanges,
} from './write-changes.ts'
