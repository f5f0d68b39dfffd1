import {
  createCustomerRequest,
  customerColumns,
  type UpdateCustomerRequest,
  updateCustomerRequest,
} from '@flexprice/contracts/customers'
import { fileColumns } from '@flexprice/contracts/imports'
import { refusalOf } from '@flexprice/contracts/wire'
import { readNow } from '@flexprice/database/connection'
import { type ImportedCustomer, type ImportedCustomers, importCustomers } from '@flexprice/database/customers'
import type { FieldProblem } from '@flexprice/domain'
import type { z } from 'zod'
import type { EntityImport, ImportRow, RefusedRow, WrittenRows } from './entity-import.ts'

interface CustomerRow {
  readonly row: ImportRow
  readonly customer: ImportedCustomer
  /** Why it could not be made, where it can only be changed. */
  readonly problems: readonly FieldProblem[]
}

/** Customers by the rules of their POST, or of their PUT where the external id is there; later rows change earlier ones. */
export function createCustomerImport(): EntityImport {
  return {
    columns: fileColumns.CUSTOMERS,
    prepare(rows) {
      const read = rows.map(readCustomer)
      const customers = read.filter((one) => 'customer' in one)
      return {
        refused: read.filter((one): one is RefusedRow => !('customer' in one)),
        async write(transaction) {
          const merged = mergeByExternalId(customers)
          return writtenOf(customers, await importCustomers(transaction, merged, await readNow(transaction)))
        },
      }
    },
  }
}

function readCustomer(row: ImportRow): CustomerRow | RefusedRow {
  const created = createCustomerRequest.safeParse(row.value)
  if (created.success) {
    const { external_id: externalId, ...body } = created.data
    return customerRow(row, { externalId, body, problems: [] })
  }
  const problems = problemsOf(created.error)
  const updated = updateCustomerRequest.safeParse(row.value)
  if (!updated.success || updated.data.external_id === undefined)
    return { row: row.row, text: row.text, problems }
  const { external_id: externalId, ...body } = updated.data
  return customerRow(row, { externalId, body, problems })
}

function customerRow(
  row: ImportRow,
  read: { externalId: string; body: UpdateCustomerRequest; problems: readonly FieldProblem[] },
): CustomerRow {
  const { externalId, body, problems } = read
  const changes = definedOf({ name: body.name, ...customerColumns(body) })
  return {
    row,
    customer: { externalId, changes, creation: problems.length === 0 ? changes : null },
    problems,
  }
}

function problemsOf(error: z.ZodError): readonly FieldProblem[] {
  return refusalOf(error).details?.fields ?? []
}

/** What is left out is left out, so that it takes nothing away from what an earlier row has said. */
function definedOf<Fields extends object>(fields: Fields): Partial<Fields> {
  const defined = { ...fields }
  for (const name of Object.keys(fields)) {
    if (Reflect.get(defined, name) === undefined) Reflect.deleteProperty(defined, name)
  }
  return defined
}

/** What a page says of one customer, as if its rows came one after the other. */
function mergeByExternalId(rows: readonly CustomerRow[]): ImportedCustomer[] {
  const merged = new Map<string, ImportedCustomer>()
  for (const { customer } of rows) {
    const before = merged.get(customer.externalId)
    const changes = { ...before?.changes, ...customer.changes }
    // Of one that is not there, rows say nothing before the first that can make it.
    const creation = before?.creation ? { ...before.creation, ...customer.changes } : customer.creation
    merged.set(customer.externalId, { externalId: customer.externalId, changes, creation })
  }
  return [...merged.values()]
}

function writtenOf(rows: readonly CustomerRow[], { created, updated }: ImportedCustomers): WrittenRows {
  const refused: RefusedRow[] = []
  const made = new Set<string>()
  let changed = 0
  for (const { row, customer, problems } of rows) {
    const { externalId } = customer
    const isNew = created.has(externalId)
    if (isNew && !made.has(externalId) && problems.length === 0) made.add(externalId)
    else if (updated.has(externalId) || made.has(externalId)) changed++
    else refused.push({ row: row.row, text: row.text, problems })
  }
  return {
    counts: { created: made.size, updated: changed, duplicates: 0, conflicts: 0 },
    refused,
    records: { created: [...created.values()], updated: [...updated.values()] },
  }
}
