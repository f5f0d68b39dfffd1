/** Customers. */
export {
  type CreateCustomerRequest,
  type CustomerFilter,
  type CustomerResponse,
  contactPersons,
  type UpdateCustomerRequest,
} from './customer.ts'
