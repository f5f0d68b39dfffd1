import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { addOneOff, oneOffBody, oneOffOf, oneOffsOf, stated } from '../testing/one-off.ts'

let gateway: GatewayUnderTest
let caller: Caller
let customerId: string
beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  customerId = (await caller.create('/customers', { external_id: 'ada', name: 'Ada' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

const other = { line_items: [{ amount: '10', quantity: '1' }], ...stated('10') }

test('a key is one invoice in the body, whenever and in whatever order the same comes again; 409 for another request', async () => {
  const asked = { idempotency_key: 'order-1' }
  const made = await addOneOff(caller, customerId, asked)
  expect(made).toMatchObject({ idempotency_key: 'order-1' })
  const again = Object.fromEntries(Object.entries(oneOffBody(customerId, asked)).toReversed())
  expect((await caller.call('POST', '/invoices', again)).body).toEqual(made)
  const lowered = oneOffBody(customerId, { ...asked, ...other })
  const refused = await caller.call('POST', '/invoices', lowered)
  expect(refused).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  expect(Object.keys(problemsOf(refused))).toEqual(['idempotency_key'])
  const elsewhere = await gateway.newCaller()
  const customer = await elsewhere.create('/customers', { external_id: 'ada', name: 'Ada' })
  expect((await addOneOff(elsewhere, customer.id, asked)).id).not.toBe(made.id)
})

test('a key is one invoice in the header, also beside a body’s own and long after the answer was kept', async () => {
  const headers = { 'Idempotency-Key': 'header-1' }
  const made = await addOneOff(caller, customerId, {}, headers)
  expect(made).toMatchObject({ idempotency_key: 'header-1' })
  expect(await addOneOff(caller, customerId, {}, headers)).toEqual(made)
  const another = oneOffBody(customerId, other)
  expect(await caller.call('POST', '/invoices', another, headers)).toMatchObject({ status: 409 })
  await caller.scoped.db.deleteFrom('idempotency_keys').execute()
  expect(await addOneOff(caller, customerId, {}, headers)).toEqual(made)
  await caller.scoped.db.deleteFrom('idempotency_keys').execute()
  expect(await caller.call('POST', '/invoices', another, headers)).toMatchObject({ status: 409 })
  expect(await addOneOff(caller, customerId, { idempotency_key: 'header-1' })).toEqual(made)
  const inBoth = await addOneOff(
    caller,
    customerId,
    { idempotency_key: 'both' },
    { 'Idempotency-Key': 'try-1' },
  )
  expect(
    await addOneOff(caller, customerId, { idempotency_key: 'both' }, { 'Idempotency-Key': 'try-2' }),
  ).toEqual(inBoth)
})

test('a key is one invoice however many ask at once, with one number', async () => {
  const before = await oneOffsOf(caller)
  const asked = Array.from({ length: 8 }, (_, index) =>
    addOneOff(caller, customerId, { idempotency_key: `at-once-${index % 2}` }),
  )
  const made = await Promise.all(asked)
  expect(new Set(made.map(({ id }) => id)).size).toBe(2)
  expect(new Set(made.map(({ invoice_number }) => invoice_number)).size).toBe(2)
  expect(await oneOffsOf(caller)).toBe(before + 2)
})

test('a key is one invoice until that one is voided, and a refusal keeps none', async () => {
  const asked = { idempotency_key: 'to-void' }
  const bad = oneOffBody(customerId, { ...asked, due_date: '2026-01-01T00:00:00Z' })
  expect(await caller.call('POST', '/invoices', bad)).toMatchObject({ status: 400 })
  const made = await addOneOff(caller, customerId, asked)
  expect(await caller.call('POST', `/invoices/${made.id}/void`)).toMatchObject({ status: 200 })
  const next = await addOneOff(caller, customerId, { ...asked, ...other })
  expect(next.id).not.toBe(made.id)
  expect(oneOffOf(await caller.call('GET', `/invoices/${made.id}`))).toMatchObject({
    invoice_status: 'VOIDED',
  })
})
