import type { Scoped } from '@flexprice/database/connection'
import { searchCustomers } from '@flexprice/database/customers'
import { pageSizeMax } from '@flexprice/database/search'
import { customerResponse } from './customer-response.ts'

/** The customers of a page of other records, at most 1,000, by one query; none for no ids. */
export async function customersById(scoped: Scoped, ids: readonly string[]) {
  const customer_ids = [...new Set(ids)]
  const { items } =
    customer_ids.length === 0
      ? { items: [] }
      : await searchCustomers(scoped, { customer_ids, limit: pageSizeMax })
  return new Map(items.map((row) => [row.id, customerResponse(scoped.scope, row)]))
}
