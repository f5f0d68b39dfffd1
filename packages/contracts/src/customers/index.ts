/** Customers. */
export {
  type CreateCustomerRequest,
  type CustomerFilter,
  type CustomerResponse,
  contactPersons,
  createCustomerRequest,
  type UpdateCustomerRequest,
  updateCustomerRequest,
} from './customer.ts'
export { customerColumns } from './customer-columns.ts'
