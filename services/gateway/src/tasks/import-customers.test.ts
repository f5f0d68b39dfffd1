import { afterAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'

const imports = await startImports(4)
afterAll(() => imports[Symbol.asyncDispose]())

const customers = { entity_type: 'CUSTOMERS' }

/** As they are, apart from what each environment has of its own. */
async function customersOf({ scoped }: Caller) {
  const rows = await scoped.db.selectFrom('customers').selectAll().orderBy('external_id').execute()
  return rows.map(
    ({ id: _, environment_id: __, created_at: ___, updated_at: ____, created_by, updated_by, ...row }) => ({
      ...row,
      isWhole: created_by !== '' && updated_by !== '',
    }),
  )
}

/** One a row, in their order: the second `ada` changes the first, and `bob` is there before. */
const bodies = [
  { external_id: 'ada', name: 'Ada', email: 'ada@a.example', metadata: { team: 'a', tier: '1' } },
  { external_id: 'bob', billing_currency: 'EUR', timezone: 'Europe/Rome' },
  { external_id: 'eve', name: 'Eve', email: 'no address' },
  { external_id: 'grace', name: 'Grace', contact_persons: [{ first_name: 'G' }], tax_treatment: 'exempt' },
  { external_id: 'ada', name: 'Ada L.', metadata: { team: 'b' } },
  { external_id: 'new', email: 'n@a.example' },
  { external_id: 'new', name: 'New' },
  { external_id: 'odd', name: 'Odd', timezone: 'Mars/Base' },
  { external_id: 'odd', name: 'Odd', unknown: 1 },
  { external_id: 'bob', billing_currency: '' },
  { external_id: '', name: 'Nobody' },
]

test('customers of a file are those that POST, and PUT for who is there, would have made of its rows', async () => {
  const { gateway } = imports
  const [direct, byFile] = [await gateway.newCaller(), await gateway.newCaller()]
  for (const caller of [direct, byFile])
    await caller.create('/customers', { external_id: 'bob', name: 'Bob' })
  const refused: number[] = []
  for (const [index, body] of bodies.entries()) {
    const known = await direct.call('GET', `/customers/external/${body.external_id || 'nobody'}`)
    const answer =
      known.status === 200
        ? await direct.call('PUT', `/customers?external_customer_id=${body.external_id}`, body)
        : await direct.call('POST', '/customers', body)
    if (answer.status >= 400) refused.push(index + 1)
  }
  const task = await imports.importFile(byFile, JSON.stringify(bodies), { ...customers, file_type: 'JSON' })
  expect(await customersOf(byFile)).toEqual(await customersOf(direct))
  expect(task).toMatchObject({
    task_status: 'COMPLETED',
    created_records: 3,
    updated_records: 3,
    // The later `ada`, and the later `bob`, in another page each.
    repeated_records: 2,
    failed_records: refused.length,
  })
  const told = await rejectedRows(gateway, byFile, task.id)
  expect(told.map((row) => Number(row.split(',')[0]))).toEqual(refused)
  expect(told.map((row) => row.split(',').slice(1, 3).join(' '))).toEqual([
    'email must be an e-mail address',
    'name is required',
    'timezone is not a time zone of the IANA database',
    'unknown is not a known field',
    'external_id must not be empty',
  ])
})

test('columns of CSV are the request’s fields; metadata has columns of its own; the same file again changes nothing', async () => {
  const caller = await imports.gateway.newCaller()
  const file =
    'External ID,Name,metadata.team,Contact Persons\nada,Ada,x,"[{""first_name"":""A""}]"\nbob,Bob,,\n'
  expect(await imports.importFile(caller, file, customers)).toMatchObject({ created_records: 2 })
  const before = await customersOf(caller)
  expect(before).toMatchObject([
    { external_id: 'ada', metadata: { team: 'x' }, contact_persons: [{ first_name: 'A' }], timezone: 'UTC' },
    { external_id: 'bob', name: 'Bob', metadata: {} },
  ])
  expect(await imports.importFile(caller, file, customers)).toMatchObject({
    created_records: 0,
    updated_records: 2,
  })
  expect(await customersOf(caller)).toEqual(before)
})

test('two imports of one file at once make each customer once', async () => {
  const caller = await imports.gateway.newCaller()
  const rows = Array.from({ length: 40 }, (_, index) => ({ external_id: `c${(index * 7) % 40}`, name: 'C' }))
  const tasks = await Promise.all(
    [rows, rows.toReversed()].map((some) =>
      imports.importFile(caller, some.map((row) => JSON.stringify(row)).join('\n'), {
        ...customers,
        file_type: 'NDJSON',
      }),
    ),
  )
  expect(tasks.map(({ task_status, successful_records }) => [task_status, successful_records])).toEqual([
    ['COMPLETED', 40],
    ['COMPLETED', 40],
  ])
  expect(await customersOf(caller)).toHaveLength(40)
})
