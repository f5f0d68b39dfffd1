import { createCreditGrantRoute } from './create-credit-grant.ts'
import { deleteCreditGrantRoute } from './delete-credit-grant.ts'
import { getCreditGrantRoute } from './get-credit-grant.ts'
import { getCustomerUpcomingGrantsRoute } from './get-customer-upcoming-grants.ts'
import { getPlanCreditGrantsRoute } from './get-plan-credit-grants.ts'
import { getSubscriptionUpcomingGrantsRoute } from './get-subscription-upcoming-grants.ts'
import { updateCreditGrantRoute } from './update-credit-grant.ts'

export const creditGrantRoutes = [
  createCreditGrantRoute,
  deleteCreditGrantRoute,
  getCreditGrantRoute,
  getCustomerUpcomingGrantsRoute,
  getPlanCreditGrantsRoute,
  getSubscriptionUpcomingGrantsRoute,
  updateCreditGrantRoute,
] as const
