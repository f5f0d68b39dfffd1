import { afterAll, expect, test } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())

const eventsOf = ({ scoped }: Caller) =>
  scoped.db.selectFrom('events').select(['event_id', 'event_name']).orderBy('event_id').execute()

test('rows whose ids exist in another environment are new in this one, and change nothing there', async () => {
  const there = await imports.gateway.newCaller()
  const here = await imports.gateway.newCaller()
  const events = (name: string) =>
    `event_id,event_name,external_customer_id\ne1,${name},ada\ne1,${name},ada\n`
  await imports.importFile(there, events('there'))
  expect(await imports.importFile(here, events('here'))).toMatchObject({
    created_records: 1,
    duplicate_records: 1,
  })
  expect(await eventsOf(there)).toEqual([{ event_id: 'e1', event_name: 'there' }])
  expect(await eventsOf(here)).toEqual([{ event_id: 'e1', event_name: 'here' }])
  const customers = { entity_type: 'CUSTOMERS' }
  await imports.importFile(there, 'external_id,name\nada,There\n', customers)
  expect(await imports.importFile(here, 'external_id,name\nada,Here\n', customers)).toMatchObject({
    created_records: 1,
    updated_records: 0,
  })
  const nameOf = async (caller: Caller) => (await caller.call('GET', '/customers/external/ada')).body
  expect([await nameOf(there), await nameOf(here)]).toMatchObject([{ name: 'There' }, { name: 'Here' }])
})

test('an event of the id of a customer of another environment stays with nobody there', async () => {
  const there = await imports.gateway.newCaller()
  const here = await imports.gateway.newCaller()
  const { id } = await there.create('/customers', { external_id: 'ada', name: 'Ada' })
  const file = `event_id,event_name,external_customer_id,customer_id\ne1,call,bob,${id}\n`
  const task = await imports.importFile(here, file)
  expect(task).toMatchObject({ created_records: 1 })
  expect(await rejectedRows(imports.gateway, here, task.id)).toEqual([])
  expect(await eventsOf(there)).toEqual([])
})
