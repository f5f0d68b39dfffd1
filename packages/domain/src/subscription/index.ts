/**
 * Lines of a subscription: from creation, trial and price sync; shares of time (billing rules, sections 5 to 8).
 */
export { billFromProblem } from './bill-from.ts'
export { earliest, endWithin, userEndOf } from './chain-stretches.ts'
export { validateLineTerms } from './line-terms.ts'
export { type EndingTerms, movedEnd } from './moved-end.ts'
export { type PassedOver, passedOverLines } from './passed-over.ts'
export {
  linesOfPlan,
  type NamedSkip,
  namedSkips,
  type SubscriptionSync,
  type SyncedLines,
  type SyncLine,
  type SyncMismatch,
  type SyncOutcome,
  type SyncPrice,
  type SyncSkip,
  type SyncSubscription,
  syncLines,
  syncSkips,
} from './price-sync.ts'
export {
  type Proration,
  type ProrationBehavior,
  prorate,
  prorationBehaviors,
  prorationOf,
} from './proration.ts'
export { type Schedule, type ScheduleTerms, scheduleOf } from './schedule.ts'
export { type PriceSkip, priceSkips, type SkippedPrice, skippedPrices } from './skipped-prices.ts'
export {
  isCompatible,
  linesOf,
  linesReached,
  type PlannedLine,
  type PlanPriceTerms,
  type PlanVersion,
  type SubscriptionTerms,
} from './subscription-lines.ts'
export { type TrialTerms, trialDays, trialEnd } from './trial.ts'
export { unpricedTime } from './unpriced-time.ts'
export {
  type Boundaries,
  type PriceVersion,
  reachedVersions,
  reachOf,
  type VersionWait,
  versionsInTurn,
  versionWaits,
} from './version-reach.ts'
export {
  carriedOn,
  cutStretch,
  type VersionLine,
  type WholeStretch,
  wholeStretchesOf,
} from './whole-stretches.ts'
