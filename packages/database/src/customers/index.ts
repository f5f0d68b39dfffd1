/** Customers. */
export {
  type CustomerChanges,
  type CustomerRow,
  type CustomerSearch,
  getCustomer,
  getCustomerByExternalId,
  insertCustomer,
  type NewCustomer,
  searchCustomers,
  updateCustomer,
} from './customers.ts'
export { deleteCustomer, deleteCustomers } from './delete-customers.ts'
export {
  externalIdsOf,
  type ImportedCustomer,
  type ImportedCustomers,
  importCustomers,
} from './import-customers.ts'
