/** Dry runs of billing: what is rated, in slices, and what came out. */
export { readBilledBefore } from './billed-before.ts'
export {
  type CalculationItemRow,
  listCalculationItems,
  type NewCalculationItem,
  nextCalculationPage,
  purgeCalculations,
  writeCalculationPage,
} from './calculation-pages.ts'
export {
  beginCalculation,
  type CalculationRow,
  finishCalculation,
  getCalculation,
  getCalculationProgress,
  insertCalculation,
  type NewCalculation,
  sumCalculation,
  sumCalculationByPlan,
} from './calculations.ts'
export {
  type ChargedLine,
  type ChargedRows,
  type ChargedSubscription,
  type ChargeFacts,
  chargedRows,
  chargeFacts,
  readChargeFacts,
} from './charge-facts.ts'
export type { FinalUsage, LateCarrier, LateUsage } from './final-usage.ts'
export { readWrittenInvoices, type WantedInvoice, type WrittenDraft } from './written-drafts.ts'
