/** Prepaid credits: what they are worth, in which order they are spent, and what comes back (billing rules, section 11). */
export { inBurnOrder } from './burn-order.ts'
export {
  conversionRateProblem,
  costOfCredits,
  creditDigits,
  creditsBought,
  moneyOfCredits,
} from './conversion.ts'
export type { AllowedPriceTypes, Credit, UsedCredit, Wallet } from './credit.ts'
export {
  type AskedGrant,
  type DueGrant,
  type ExpiryUnit,
  firstDueAt,
  firstGrantAt,
  type GrantExpiry,
  type GrantedSubscription,
  type GrantTerms,
  grantDueAt,
  grantDurationMax,
  grantEndProblem,
  grantFitProblems,
  grantProblems,
} from './credit-grant.ts'
export { type Bill, type BillLine, type CreditPayment, payBills } from './pay-bills.ts'
export { type ReturnedCredits, returnCredits, type SpentCredit } from './return-credits.ts'
export { returnPart, type SpentDebit, type UsedByDebit } from './return-part.ts'
export { type BoughtCredits, creditsTakenBack, unspentCost } from './take-back.ts'
