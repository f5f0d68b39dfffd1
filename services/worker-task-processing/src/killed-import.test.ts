import { getImportRevert, getImportTask } from '@flexprice/database/imports'
import { testKills } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import { startKilledImports } from './testing/killed-imports.ts'

const imports = await startKilledImports()
const { database, temporal, contract, start } = imports
afterAll(() => imports[Symbol.asyncDispose]())

/** More than a page for each time that a worker is killed. */
const rowCount = 30_000 * testKills()
const timeoutMs = 120_000 * testKills()
/** Every seventh row is bad; of every eleventh all have one id, and say something else with it. */
const isBad = (index: number) => index % 7 === 3
const isDouble = (index: number) => index % 11 === 5 && !isBad(index)

function* csv(): Generator<string> {
  yield 'event_id,event_name,external_customer_id,timestamp,properties.bytes\n'
  for (let index = 0; index < rowCount; index++) {
    const id = isDouble(index) ? 'double' : `event-${index}`
    yield `${id},${isBad(index) ? '' : 'call'},customer-${index % 100},2026-03-15T12:00:00Z,${index}\n`
  }
}

test(
  'a worker that is killed at any points of an import, and another each time: each row once, none left out',
  async () => {
    const scoped = await database.newTenant()
    const taskId = await imports.newTask(scoped, { entityType: 'EVENTS', csv: csv() })
    const { workflowId } = await temporal.startWorkflow(contract, { task_id: taskId }, scoped.scope)
    await imports.killedAtPoints(
      rowCount,
      async () => (await getImportTask(scoped, taskId)).processed_records,
    )
    const { processed_records: before, task_status: status } = await getImportTask(scoped, taskId)
    expect([status, before > 0 && before < rowCount]).toEqual(['PROCESSING', true])
    await using _last = await start()
    const { result } = await temporal.workflowResult(scoped.scope, workflowId, { waitMs: 100_000 })
    const indexes = Array.from({ length: rowCount }, (_, index) => index)
    const failed = indexes.filter(isBad).length
    const doubles = indexes.filter(isDouble).length
    expect(result).toEqual({
      task_id: taskId,
      dry_run: false,
      processed_records: rowCount,
      successful_records: rowCount - failed,
      failed_records: failed,
      created_records: rowCount - failed - doubles + 1,
      updated_records: 0,
      duplicate_records: doubles - 1,
      conflict_records: doubles - 1,
      unknown_columns: [],
    })
    const ids = await scoped.db.selectFrom('events').select('event_id').execute()
    const wanted = indexes
      .filter((index) => !isBad(index))
      .map((index) => (isDouble(index) ? 'double' : `event-${index}`))
    expect(ids.map(({ event_id: id }) => id).toSorted()).toEqual([...new Set(wanted)].toSorted())
    const rejected = await scoped.db
      .selectFrom('import_rejections')
      .select('row_number')
      .orderBy('row_number')
      .execute()
    expect(rejected.map(({ row_number: row }) => row)).toEqual(
      indexes.filter(isBad).map((index) => index + 2),
    )
  },
  timeoutMs,
)

test(
  'a worker that is killed while it takes an import back, and another each time: each event goes once, none stays',
  async () => {
    const scoped = await database.newTenant()
    const taskId = await imports.newTask(scoped, { entityType: 'EVENTS', csv: csv() })
    {
      await using _first = await start()
      const { workflowId } = await temporal.startWorkflow(contract, { task_id: taskId }, scoped.scope)
      await temporal.workflowResult(scoped.scope, workflowId, { waitMs: 100_000 })
    }
    const { created_records: created } = await getImportTask(scoped, taskId)
    const revert = { task_id: taskId, revert: true } as const
    const { workflowId } = await temporal.startWorkflow(contract, revert, scoped.scope)
    await imports.killedAtPoints(
      rowCount,
      async () => (await getImportRevert(scoped, taskId))?.reverted_records ?? 0,
    )
    const { reverted_records: before = 0 } = (await getImportRevert(scoped, taskId)) ?? {}
    expect(before).toBeLessThan(created)
    await using _last = await start()
    const { result } = await temporal.workflowResult(scoped.scope, workflowId, { waitMs: 100_000 })
    expect(result).toEqual({
      task_id: taskId,
      created_records: created,
      reverted_records: created,
      refused_records: 0,
      gone_records: 0,
      not_restored_records: 0,
    })
    expect(await scoped.db.selectFrom('events').select('event_id').limit(1).execute()).toEqual([])
    const freed = await scoped.db.selectFrom('event_ids').select('event_key').limit(1).execute()
    expect(freed).toEqual([])
  },
  timeoutMs,
)
