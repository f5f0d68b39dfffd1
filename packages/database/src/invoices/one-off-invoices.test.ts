import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { applyLateCredits, insertLateCredits } from '../credits/late-credits.ts'
import { insertCustomer } from '../customers/customers.ts'
import { deleteCustomer } from '../customers/delete-customers.ts'
import { dropEventMonths } from '../events/drop-event-months.ts'
import { addPlan, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { voidInvoice } from './invoice-states.ts'
import { getInvoice } from './invoices.ts'
import { createOneOff, type NewOneOff } from './one-off-invoices.ts'

let databases: TestDatabase
let scoped: Scoped
let customerId: string
beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
  customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

function oneOff(changes: Partial<NewOneOff> = {}): NewOneOff {
  return {
    ...{ customerId, subscriptionId: null, currency: 'usd', description: '', metadata: {} },
    lines: [{ amount: '10', quantity: '1', displayName: 'Setup', period: null, metadata: {} }],
    ...{ issueDate: null, dueDate: null, period: null, key: null, requestHash: 'asked', finalize: true },
    ...changes,
  }
}

const keyed = (value: string, changes: Partial<NewOneOff> = {}) =>
  createOneOff(scoped, oneOff({ key: { value, field: 'idempotency_key' }, ...changes }), now)

test('of two with one key at once the second waits for the first, and has its invoice', async () => {
  const began = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const first = inTransaction(scoped, async (transaction) => {
    const key = { value: 'at once', field: 'idempotency_key' }
    const row = await createOneOff(transaction, oneOff({ key }), now)
    began.resolve()
    await ending.promise
    return row
  })
  await began.promise
  const [same, other] = [keyed('at once'), keyed('at once', { requestHash: 'else' })]
  const refused = expect(other).rejects.toMatchObject({
    code: 'key_reused',
    details: { fields: [{ path: 'idempotency_key' }] },
  })
  await waitForLock(databases.ownerUrl)
  ending.resolve()
  expect(await same).toEqual(await first)
  await refused
})

test('one that failed leaves its key free, and its number to the next', async () => {
  const { invoice_number: before } = await keyed('before')
  const failing = inTransaction(scoped, async (transaction) => {
    await createOneOff(transaction, oneOff({ key: { value: 'failed', field: 'idempotency_key' } }), now)
    throw new Error('killed')
  })
  await expect(failing).rejects.toThrow('killed')
  const { invoice_number: after } = await keyed('failed', { requestHash: 'else' })
  expect(Number(after?.slice(-6))).toBe(Number(before?.slice(-6)) + 1)
})

test('one that is voided gives its key free, once', async () => {
  const { id } = await keyed('voided')
  await voidInvoice(scoped, id, now)
  const next = await keyed('voided')
  expect(next.id).not.toBe(id)
  expect(await keyed('voided')).toEqual(next)
})

test('a customer that is being deleted gets none', async () => {
  const { id } = await insertCustomer(scoped, { external_id: 'leaving', name: 'Eve' }, now)
  const deleted = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const removal = inTransaction(scoped, async (transaction) => {
    await deleteCustomer(transaction, id, now)
    deleted.resolve()
    await ending.promise
  })
  await deleted.promise
  const creation = createOneOff(scoped, oneOff({ customerId: id }), now)
  const outcome = expect(creation).rejects.toMatchObject({ code: 'not_found', details: { id } })
  await waitForLock(databases.ownerUrl)
  ending.resolve()
  await removal
  await outcome
})

test('those of one subscription at once are counted one after the other', async () => {
  const plan = await addPlan(scoped)
  const subscription = await addSubscription(scoped, { plan_id: plan.id, customer_id: customerId })
  const made = await Promise.all(
    Array.from({ length: 5 }, () => createOneOff(scoped, oneOff({ subscriptionId: subscription.id }), now)),
  )
  expect(made.map(({ billing_sequence }) => billing_sequence).toSorted()).toEqual([1, 2, 3, 4, 5])
})

test('credits of late usage lower what is due of one about their subscription, which then stays', async () => {
  const plan = await addPlan(scoped)
  const { id: subscriptionId } = await addSubscription(scoped, { plan_id: plan.id, customer_id: customerId })
  const { id } = await createOneOff(scoped, oneOff({ subscriptionId }), now)
  const credit = {
    ...{ subscription_id: subscriptionId, invoice_id: id, late_of: 'invli_late', revision: 1 },
    ...{ currency: 'usd', amount: '4', explanation: {} },
  }
  await inTransaction(scoped, async (transaction) => {
    await insertLateCredits(transaction, [credit], now)
    await applyLateCredits(transaction, { subscriptionIds: [subscriptionId], closings: [] }, now)
  })
  const { total, amount_due, amount_remaining } = await getInvoice(scoped, id)
  expect([total, amount_due, amount_remaining].map(Number)).toEqual([10, 6, 6])
  await expect(voidInvoice(scoped, id, now)).rejects.toMatchObject({ code: 'in_use' })
})

test('a draft about an old time keeps no events: nothing of it is rated again', async () => {
  const period = { start: new Date('2001-01-01'), end: new Date('2001-02-01') }
  await createOneOff(scoped, oneOff({ period, finalize: false }), now)
  const options = { before: new Date('2002-01-01'), unbilledToo: false, dryRun: true }
  expect(await dropEventMonths(databases.ownerUrl, options)).toMatchObject({ months: [] })
})

test('a due date is held against what is issued, now or as it is stated', async () => {
  const [yesterday, tomorrow] = [daysFromNow(-1), daysFromNow(1)]
  const refused = { code: 'validation_error', details: { fields: [{ path: 'due_date' }] } }
  await expect(createOneOff(scoped, oneOff({ dueDate: yesterday }), now)).rejects.toMatchObject(refused)
  const later = oneOff({ dueDate: tomorrow, issueDate: daysFromNow(2), finalize: false })
  await expect(createOneOff(scoped, later, now)).rejects.toMatchObject(refused)
  const backdated = await createOneOff(
    scoped,
    oneOff({ dueDate: yesterday, issueDate: daysFromNow(-2) }),
    now,
  )
  expect(backdated).toMatchObject({ issue_date: daysFromNow(-2), due_date: yesterday, finalized_at: now })
})
