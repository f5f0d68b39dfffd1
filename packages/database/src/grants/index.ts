/** Credits that plans and subscriptions give: the grants, what was given of them, what is to come. */
export {
  type CreditGrantRow,
  getCreditGrant,
  grantsOfOneMax,
  insertCreditGrants,
  listPlanGrants,
  listSubscriptionGrants,
  type NewCreditGrant,
  updateCreditGrant,
} from './credit-grants.ts'
export {
  type ApplicationRow,
  type DueApplication,
  type FinishedApplication,
  finishApplications,
  holdApplications,
  insertApplications,
  listDueGrants,
  listUpcoming,
  listWithDueGrants,
} from './grant-applications.ts'
export {
  applicationAt,
  firstApplications,
  grantedSubscriptionOf,
  grantTermsOf,
  type NewApplication,
} from './grant-terms.ts'
export { type GrantSubscription, holdGrantedSubscription, holdGrantingPlan } from './granted-subscriptions.ts'
