import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { addCharged } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  addGranted,
  givenTo,
  grantBody,
  grantProblems,
  grantsBegin,
  told,
} from '../testing/granted-subscription.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('a plan’s grant is given to its subscription at each point of the grid, once, into a wallet that is made', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const once = grantBody({ cadence: 'ONETIME', period: undefined, credits: '3', conversion_rate: '0.5' })
  const { id } = await addGranted(caller, { grants: [grantBody(), once] })
  expect(told(await givenTo(caller, id))).toEqual([])
  await bill(caller)
  expect(told(await givenTo(caller, id)).toSorted()).toEqual(['08-01 10', '08-01 3'])
  await bill(caller)
  await caller.moveClock('2026-09-01T00:00:00Z')
  await bill(caller)
  await bill(caller)
  expect(told(await givenTo(caller, id)).toSorted()).toEqual(['08-01 10', '08-01 3', '09-01 10'])
  const wallets = await caller.scoped.db.selectFrom('wallets').selectAll().orderBy('id').execute()
  const left = wallets.map((wallet) => [Number(wallet.conversion_rate), Number(wallet.credit_balance)])
  // September's fee was paid by August's credits, as its invoice was closed before September's came: by the older wallet
  // first, which of two slices has made.
  expect([
    [
      [1, 10],
      [0.5, 3],
    ],
    [
      [0.5, 0],
      [1, 11.5],
    ],
  ]).toContainEqual(left)
  expect(await grantProblems(caller)).toEqual([])
})

test('a grant of one period is credited once by many runs at once', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const { planId, id: first } = await addGranted(caller, {
    grants: [grantBody(), grantBody({ credits: '1' })],
  })
  const others = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const external_id = `many-${index}`
      await caller.create('/customers', { external_id, name: 'Ada' })
      const { id } = await caller.create('/subscriptions', {
        ...{ external_customer_id: external_id, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
        start_date: grantsBegin,
      })
      return id
    }),
  )
  await caller.moveClock('2026-09-20T00:00:00Z')
  await Promise.all([bill(caller), bill(caller), bill(caller, { subscription_ids: [first, ...others] })])
  await bill(caller)
  for (const id of [first, ...others]) {
    expect(told(await givenTo(caller, id)).toSorted()).toEqual(['08-01 1', '08-01 10', '09-01 1', '09-01 10'])
  }
  expect(await grantProblems(caller)).toEqual([])
})

test('a grant that begins in a missed period is given for it, before that period’s invoice, and ends with it', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const cycle = grantBody({ expiration_type: 'BILLING_CYCLE', start_date: '2026-08-10T00:00:00Z' })
  const { id, use } = await addGranted(caller, { grants: [cycle] })
  await use('2026-08-12T00:00:00Z')
  await caller.moveClock('2026-11-15T00:00:00Z')
  await bill(caller)
  const given = await givenTo(caller, id)
  expect(given.map(({ on, expires, status }) => [on, expires, status])).toEqual([
    ['08-10', '09-01', 'applied'],
    ['09-01', '10-01', 'applied'],
    ['10-01', '11-01', 'applied'],
    ['11-01', '12-01', 'applied'],
    ['12-01', null, 'pending'],
  ])
  // Of 31 days 22.
  expect(given[0]?.credits).toBe('7.09677419')
  expect(await cyclesOf(caller, id)).toHaveLength(3)
  const order = await caller.scoped.db
    .selectFrom('wallet_transactions')
    .select(['id', 'credit_amount'])
    .where('type', '=', 'credit')
    .orderBy('position')
    .execute()
  expect(order.map(({ credit_amount }) => Number(credit_amount))).toEqual([7.09677419, 10, 10, 10])
})

test('a test clock moves through grants: each is given at its instant', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const weekly = grantBody({ period: 'WEEKLY', credits: '1', ...{ expiration_type: 'DURATION' } })
  const { id } = await addGranted(caller, {
    grants: [{ ...weekly, expiration_duration: 3, expiration_duration_unit: 'DAY' }],
  })
  await moveClock(caller, '2026-08-20T00:00:00Z')
  expect((await givenTo(caller, id)).map(({ on, appliedOn, expires }) => [on, appliedOn, expires])).toEqual([
    ['08-01', '08-01', '08-04'],
    ['08-08', '08-08', '08-11'],
    ['08-15', '08-15', '08-18'],
    ['08-22', null, null],
  ])
})

test('a trial receives; an incomplete subscription later; a paused one passes over, a cancelled one gets nothing more', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const become = (id: string, status: string) =>
    gateway.database.asOwner('update subscriptions set subscription_status = $2 where id = $1', [id, status])
  const trial = await addGranted(caller, { changes: { trial_period_days: 14 } })
  const incomplete = await addGranted(caller, { changes: { payment_behavior: 'default_incomplete' } })
  const paused = await addGranted(caller, {})
  const cancelled = await addGranted(caller, {})
  await become(paused.id, 'paused')
  await become(cancelled.id, 'cancelled')
  await bill(caller)
  // The anchor is the trial's end: of a whole month 14 days.
  expect(told(await givenTo(caller, trial.id))).toEqual(['08-01 4.51612903'])
  expect(told(await givenTo(caller, incomplete.id))).toEqual([])
  expect(await givenTo(caller, paused.id)).toMatchObject([
    { on: '08-01', status: 'skipped' },
    { on: '09-01', status: 'pending' },
  ])
  expect(await givenTo(caller, cancelled.id)).toMatchObject([{ on: '08-01', status: 'skipped' }])
  await become(incomplete.id, 'active')
  await become(paused.id, 'active')
  await caller.moveClock('2026-09-01T00:00:00Z')
  await bill(caller)
  expect(told(await givenTo(caller, incomplete.id))).toEqual(['08-01 10', '09-01 10'])
  expect(told(await givenTo(caller, paused.id))).toEqual(['08-01 skipped', '09-01 10'])
  expect(await givenTo(caller, cancelled.id)).toHaveLength(1)
})

test('a wallet that is frozen fails its own grants alone, and has them once it is not', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const frozen = await addGranted(caller, {})
  const other = await addGranted(caller, {})
  await bill(caller)
  await gateway.database.asOwner(
    `update wallets set wallet_status = 'frozen' where customer_id =
      (select customer_id from subscriptions where id = $1)`,
    [frozen.id],
  )
  await caller.moveClock('2026-09-01T00:00:00Z')
  const run = await bill(caller)
  expect(told(await givenTo(caller, frozen.id))).toEqual(['08-01 10'])
  expect(told(await givenTo(caller, other.id))).toEqual(['08-01 10', '09-01 10'])
  const failures = await caller.call('GET', `/billing/runs/${run.id}/failures`)
  expect(failures.body).toMatchObject({
    items: [{ subscription_id: frozen.id, work: 'grants', error: { code: 'invalid_operation' } }],
  })
  await gateway.database.asOwner(`update wallets set wallet_status = 'active' where environment_id = $1`, [
    caller.scoped.scope.environmentId,
  ])
  await caller.call('POST', `/billing/runs/${run.id}/failures/${frozen.id}/retry`)
  await bill(caller)
  expect(told(await givenTo(caller, frozen.id))).toEqual(['08-01 10', '09-01 10'])
  expect(await grantProblems(caller)).toEqual([])
})

test('credits that end with their period are spent on its invoice, in time and when all was missed: none ends unused', async () => {
  const told = await Promise.all(
    ['in time', 'missed'].map(async (when) => {
      const caller = await newClockedCaller(gateway, grantsBegin)
      const charged = await addCharged(caller, {
        start: grantsBegin,
        changes: { credit_grants: [cycleCredits] },
      })
      await charged.use('2026-08-12T00:00:00Z')
      await charged.use('2026-09-12T00:00:00Z')
      if (when === 'in time') await moveClock(caller, '2026-10-01T02:00:00Z')
      else {
        await caller.moveClock('2026-10-01T02:00:00Z')
        await bill(caller)
      }
      const cycles = await cyclesOf(caller, charged.id)
      const ledger = await caller.scoped.db
        .selectFrom('wallet_transactions')
        .select(['type', 'transaction_reason', 'credit_amount'])
        .orderBy('position')
        .execute()
      expect(await grantProblems(caller)).toEqual([])
      return {
        paid: cycles.map((one) => one.total_prepaid_credits_applied),
        debits: ledger
          .filter(({ type }) => type === 'debit')
          .map(({ transaction_reason, credit_amount }) => `${transaction_reason} ${Number(credit_amount)}`)
          .toSorted(),
      }
    }),
  )
  const [inTime, missed] = told
  expect(inTime).toEqual({
    // The draft waits for an hour, in which September's credits come.
    paid: ['0.8', '0.4'],
    debits: ['INVOICE_PAYMENT 0.4', 'INVOICE_PAYMENT 0.8'],
  })
  expect(missed).toEqual({
    paid: ['0.4', '0.4'],
    debits: ['INVOICE_PAYMENT 0.4', 'INVOICE_PAYMENT 0.4'],
  })
})

const cycleCredits = {
  ...grantBody({ scope: 'SUBSCRIPTION', credits: '0.4', expiration_type: 'BILLING_CYCLE' }),
}
