import {
  createCustomerRequest,
  customerColumns,
  type UpdateCustomerRequest,
  updateCustomerRequest,
} from '@flexprice/contracts/customers'
import { fileColumns } from '@flexprice/contracts/imports'
import { refusalOf } from '@flexprice/contracts/wire'
import { readNow, type Scoped } from '@flexprice/database/connection'
import {
  externalIdsOf,
  type ImportedCustomer,
  type ImportedCustomers,
  importCustomers,
} from '@flexprice/database/customers'
import type { FieldProblem } from '@flexprice/domain'
import type { z } from 'zod'
import {
  type EntityImport,
  type ImportRow,
  preparedTogether,
  type RefusedRow,
  recordsPerPageMax,
  type WrittenRows,
} from './entity-import.ts'
import { splitId } from './row-fields.ts'

interface CustomerRow {
  readonly row: ImportRow
  /** The one that the row means: it has to be there. */
  readonly id: string | undefined
  readonly customer: ImportedCustomer
  /** Why it could not be made, where it can only be changed. */
  readonly problems: readonly FieldProblem[]
}

/** Customers by the rules of their POST, or of their PUT where the external id is there; later rows change earlier ones. */
export function createCustomerImport(): EntityImport {
  return {
    columns: fileColumns.CUSTOMERS,
    rowsPerPageMax: recordsPerPageMax,
    begin: preparedTogether((rows) => {
      const read = rows.map(readCustomer)
      const customers = read.filter((one) => 'customer' in one)
      return {
        refused: read.filter((one): one is RefusedRow => !('customer' in one)),
        async write(transaction, meanwhile) {
          meanwhile()
          const { meant, refused } = await resolveIds(transaction, customers)
          const merged = mergeByExternalId(meant)
          const imported = await importCustomers(transaction, merged, await readNow(transaction))
          const written = writtenOf(meant, imported)
          return { ...written, refused: [...refused, ...written.refused] }
        },
      }
    }),
  }
}

function readCustomer(row: ImportRow): CustomerRow | RefusedRow {
  const { id, value } = splitId(row.value)
  if (id !== undefined) return readKnownCustomer(row, id, value)
  const created = createCustomerRequest.safeParse(value)
  if (created.success) {
    const { external_id: externalId, ...body } = created.data
    return customerRow(row, { id, externalId, body, problems: [] })
  }
  const problems = problemsOf(created.error)
  const updated = updateCustomerRequest.safeParse(value)
  if (!updated.success || updated.data.external_id === undefined)
    return { row: row.row, text: row.text, problems }
  const { external_id: externalId, ...body } = updated.data
  return customerRow(row, { id, externalId, body, problems })
}

/** As its PUT reads it. */
function readKnownCustomer(row: ImportRow, id: string, value: unknown): CustomerRow | RefusedRow {
  const { data, error } = updateCustomerRequest.safeParse(value)
  if (error) return { row: row.row, text: row.text, problems: problemsOf(error) }
  const { external_id: externalId = '', ...body } = data
  return customerRow(row, { id, externalId, body, problems: [missing] })
}

const missing: FieldProblem = { path: 'id', message: 'does not exist' }

/** Rows that name a customer by its id get its external id, which it keeps: another row of the file may name it so. */
async function resolveIds(
  transaction: Scoped,
  rows: readonly CustomerRow[],
): Promise<{ meant: CustomerRow[]; refused: RefusedRow[] }> {
  const ids = rows.flatMap(({ id }) => id ?? [])
  const known = await externalIdsOf(transaction, ids)
  const meant: CustomerRow[] = []
  const refused: RefusedRow[] = []
  for (const one of rows) {
    const { row, id, customer } = one
    const externalId = id === undefined ? customer.externalId : known.get(id)
    const isKept = customer.externalId === '' || customer.externalId === externalId
    if (externalId !== undefined && isKept) meant.push({ ...one, customer: { ...customer, externalId } })
    else {
      const message = `cannot change: it is ${externalId} of customer ${id}`
      const problem = externalId === undefined ? missing : { path: 'external_id', message }
      refused.push({ row: row.row, text: row.text, problems: [problem] })
    }
  }
  return { meant, refused }
}

function customerRow(
  row: ImportRow,
  read: {
    id: string | undefined
    externalId: string
    body: UpdateCustomerRequest
    problems: readonly FieldProblem[]
  },
): CustomerRow {
  const { id, externalId, body, problems } = read
  const changes = definedOf({ name: body.name, ...customerColumns(body) })
  return {
    row,
    id,
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
