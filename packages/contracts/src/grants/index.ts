/** Credits that plans and subscriptions give. */
export {
  type CreateCreditGrantRequest,
  type CreditGrantApplicationResponse,
  type CreditGrantResponse,
  grantColumns,
} from './credit-grant.ts'
