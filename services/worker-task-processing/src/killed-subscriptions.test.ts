import { insertPlan, insertPrices } from '@flexprice/database/catalog'
import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { getImportTask } from '@flexprice/database/imports'
import { afterAll, expect, test } from 'vitest'
import { startKilledImports } from './testing/killed-imports.ts'

const imports = await startKilledImports()
const { temporal, contract, start } = imports
afterAll(() => imports[Symbol.asyncDispose]())

const rowCount = 6_000
/** Every seventh row is bad, every eleventh the same one; one in three has no key of its own. */
const isBad = (index: number) => index % 7 === 3
const isDouble = (index: number) => index % 11 === 5 && !isBad(index)
const hasKey = (index: number) => index % 3 !== 0

function* csv(): Generator<string> {
  yield 'lookup_key,external_customer_id,plan_lookup_key,currency,billing_period,start_date,metadata.row\n'
  for (let index = 0; index < rowCount; index++) {
    const key = isDouble(index) ? 'double' : hasKey(index) ? `subscription-${index}` : ''
    const of = isDouble(index) ? 'double' : index
    yield `${key},${isBad(index) ? 'nobody' : 'ada'},pro,usd,MONTHLY,2026-03-15T12:00:00Z,${of}\n`
  }
}

async function addPlan(scoped: Scoped): Promise<void> {
  const now = new Date('2026-01-01T00:00:00Z')
  await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)
  const { id: plan_id } = await insertPlan(scoped, { name: 'Pro', lookup_key: 'pro' }, now)
  const fee = {
    plan_id,
    type: 'FIXED',
    billing_model: 'FLAT_FEE',
    amount: '10',
    currency: 'usd',
    billing_period: 'MONTHLY',
    invoice_cadence: 'ADVANCE',
  } as const
  await inTransaction(scoped, (transaction) => insertPrices(transaction, [fee], now))
}

test('subscriptions whose workers are killed: each once, with one line and one invoice, whose numbers have no gap', async () => {
  const scoped = await imports.database.newTenant()
  await addPlan(scoped)
  const taskId = await imports.newTask(scoped, { entityType: 'SUBSCRIPTIONS', csv: csv() })
  const { workflowId } = await temporal.startWorkflow(contract, { task_id: taskId }, scoped.scope)
  await imports.killedAtPoints(rowCount, async () => (await getImportTask(scoped, taskId)).processed_records)
  const { processed_records: before, task_status: status } = await getImportTask(scoped, taskId)
  expect([status, before > 0 && before < rowCount]).toEqual(['PROCESSING', true])
  await using _last = await start()
  const { result } = await temporal.workflowResult(scoped.scope, workflowId, { waitMs: 100_000 })
  const indexes = Array.from({ length: rowCount }, (_, index) => index)
  const failed = indexes.filter(isBad).length
  const doubles = indexes.filter(isDouble).length
  const created = rowCount - failed - doubles + 1
  expect(result).toEqual({
    task_id: taskId,
    dry_run: false,
    processed_records: rowCount,
    successful_records: rowCount - failed,
    failed_records: failed,
    created_records: created,
    updated_records: 0,
    duplicate_records: doubles - 1,
    conflict_records: 0,
    unknown_columns: [],
  })
  const rows = await scoped.db.selectFrom('subscriptions').select(['id', 'metadata']).execute()
  const wanted = indexes
    .filter((index) => !isBad(index))
    .map((index) => (isDouble(index) ? 'double' : `${index}`))
  expect(rows.map(({ metadata }) => metadata.row).toSorted()).toEqual([...new Set(wanted)].toSorted())
  const ids = rows.map(({ id }) => id).toSorted()
  const lines = await scoped.db.selectFrom('subscription_line_items').select('subscription_id').execute()
  expect(lines.map((line) => line.subscription_id).toSorted()).toEqual(ids)
  const invoices = await scoped.db
    .selectFrom('invoices')
    .select(['subscription_id', 'invoice_number'])
    .execute()
  expect(invoices.map((invoice) => invoice.subscription_id).toSorted()).toEqual(ids)
  const numbers = invoices.map(({ invoice_number: number }) => Number(number?.match(/\d+$/)?.[0]))
  expect(numbers.toSorted((left, right) => left - right)).toEqual(ids.map((_, index) => index + 1))
  const noted = await scoped.db
    .selectFrom('import_records')
    .select('record_id')
    .where('is_made', '=', true)
    .execute()
  expect(noted.map(({ record_id: id }) => id).toSorted()).toEqual(ids)
}, 240_000)
