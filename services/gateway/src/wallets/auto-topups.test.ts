import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'
import { addOneOff, stated } from '../testing/one-off.ts'
import { owingSince, payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const topUps = { enabled: true, threshold: 10, amount: '20' }
const invoices = z.object({ items: z.array(z.looseObject({ id: z.string(), payment_status: z.string() })) })

/** A wallet of 30 credits that is topped up by 20 below 10, and a way to spend. */
async function addTopped(auto_topup: object, wallet: object = {}) {
  caller = await newClockedCaller(gateway, owingSince)
  const { id: customerId } = await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const body = { customer_id: customerId, initial_credits_to_load: '30', auto_topup }
  const { id: walletId } = await addWallet(caller, { ...body, ...wallet })
  const spend = async (amount: string) => {
    const line_items = [{ display_name: 'Setup', quantity: '1', amount }]
    return await addOneOff(caller, customerId, { line_items, ...stated(amount) })
  }
  const buying = async () => {
    const { body: found } = await caller.call('POST', '/invoices/search', { invoice_type: 'CREDIT' })
    return invoices.parse(found).items
  }
  return { customerId, walletId, spend, buying }
}

/** Whether the schedule's tick would bill the environment. */
async function isListedDue(): Promise<boolean> {
  const due = await gateway.database.database.listDueEnvironments({ afterId: '', environmentsMax: 500 })
  return due.some((one) => one.environmentId === caller.scoped.scope.environmentId)
}

test('a balance that falls below the threshold is topped up at once by the next run, and once', async () => {
  const { walletId, spend, buying } = await addTopped(topUps)
  await moveClock(caller, '2026-08-01T01:00:00Z')
  await spend('20')
  await moveClock(caller, '2026-08-01T02:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('10')
  expect(await isListedDue()).toBe(false)
  await spend('0.01')
  expect(await isListedDue()).toBe(true)
  await moveClock(caller, '2026-08-01T03:00:00Z')
  await moveClock(caller, '2026-08-02T00:00:00Z')
  expect(await ledgerOf(caller, walletId)).toEqual([
    ...['FREE_CREDIT_GRANT 30', 'INVOICE_PAYMENT -20', 'INVOICE_PAYMENT -0.01', 'PURCHASED_CREDIT_DIRECT 20'],
  ])
  expect(await buying()).toEqual([])
  expect((await caller.call('GET', `/wallets/${walletId}`)).body).toMatchObject({
    auto_topup: { ...topUps, threshold: 10, amount: 20, invoicing: false },
  })
})

test('by invoice it comes as that is paid, and until then there is no second; still below, the next one is due', async () => {
  const { walletId, spend, buying } = await addTopped({ ...topUps, invoicing: true })
  await spend('29')
  await moveClock(caller, '2026-08-01T01:00:00Z')
  await spend('1')
  await moveClock(caller, '2026-08-01T02:00:00Z')
  const [first, ...others] = await buying()
  expect([first, others]).toMatchObject([
    { billing_reason: 'WALLET_AUTO_TOPUP', total: '20', payment_status: 'PENDING' },
    [],
  ])
  await spend('15')
  await caller.create('/payments', payment(first?.id ?? '', { amount: '20' }))
  expect(await balanceOf(caller, walletId)).toBe('20')
  await moveClock(caller, '2026-08-01T03:00:00Z')
  expect(await buying()).toHaveLength(1)
  await spend('11')
  await moveClock(caller, '2026-08-01T04:00:00Z')
  const [second] = await buying()
  // Voided, nothing comes, and nothing new before the balance falls again.
  expect(await caller.call('POST', `/invoices/${second?.id}/void`)).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-08-01T05:00:00Z')
  expect(await buying()).toHaveLength(2)
  await spend('1')
  await moveClock(caller, '2026-08-01T06:00:00Z')
  expect(await buying()).toHaveLength(3)
  expect(await balanceOf(caller, walletId)).toBe('8')
})

test('the cooldown holds the next one back, and it comes as that ends', async () => {
  const { walletId, spend } = await addTopped({ ...topUps, cooldown: { value: 2, unit: 'hour' } })
  await spend('25')
  await moveClock(caller, '2026-08-01T01:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('25')
  await spend('20')
  await moveClock(caller, '2026-08-01T01:59:59Z')
  expect(await balanceOf(caller, walletId)).toBe('5')
  await moveClock(caller, '2026-08-01T02:30:00Z')
  expect(await balanceOf(caller, walletId)).toBe('25')
})

test('credits that end, and a payment of credits, make a balance fall as an invoice does; switched off, nothing does', async () => {
  const { walletId, spend } = await addTopped(topUps, {
    initial_credits_expiry_date_utc: '2026-08-03T00:00:00Z',
  })
  await moveClock(caller, '2026-08-04T00:00:00Z')
  expect(await ledgerOf(caller, walletId)).toEqual([
    ...['FREE_CREDIT_GRANT 30', 'CREDIT_EXPIRED -30', 'PURCHASED_CREDIT_DIRECT 20'],
  ])
  const path = `/wallets/${walletId}`
  expect(await caller.call('PUT', path, { auto_topup: { enabled: false } })).toMatchObject({ status: 200 })
  const { id } = await spend('45')
  await moveClock(caller, '2026-08-05T00:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('0')
  // Switched on below the threshold it is due; its amounts have stayed.
  expect(await caller.call('PUT', path, { auto_topup: { enabled: true } })).toMatchObject({
    body: { auto_topup: { enabled: true, amount: 20 } },
  })
  await moveClock(caller, '2026-08-06T00:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('20')
  const credits = { payment_method_type: 'CREDITS', amount: '15' }
  await caller.create('/payments', payment(id, credits))
  await moveClock(caller, '2026-08-07T00:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('25')
  expect(await caller.call('POST', `${path}/terminate`)).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-08-08T00:00:00Z')
  expect(await balanceOf(caller, walletId)).toBe('0')
  expect(await caller.call('PUT', path, { auto_topup: { enabled: true } })).toMatchObject({ status: 400 })
})

test.each<[string, object, string]>([
  ['no threshold', { threshold: undefined }, 'auto_topup.threshold'],
  ['a threshold of 0', { threshold: 0 }, 'auto_topup.threshold'],
  ['a negative threshold', { threshold: -1 }, 'auto_topup.threshold'],
  ['no amount', { amount: undefined }, 'auto_topup.amount'],
  ['an amount of 0', { amount: '0' }, 'auto_topup.amount'],
  ['a negative amount', { amount: '-1' }, 'auto_topup.amount'],
  ['40 digits', { amount: '1'.repeat(40) }, 'auto_topup.amount'],
  ['9 decimals', { amount: '0.000000001' }, 'auto_topup.amount'],
  ['what costs nothing, by invoice', { amount: '0.001', invoicing: true }, 'auto_topup.amount'],
  ['a cooldown of 0', { cooldown: { value: 0, unit: 'day' } }, 'auto_topup.cooldown.value'],
  ['a cooldown without a unit', { cooldown: { value: 1 } }, 'auto_topup.cooldown.value'],
  ['a cooldown of years', { cooldown: { value: 1_000, unit: 'day' } }, 'auto_topup.cooldown.value'],
])('refused by its name, as it is made and changed: %s', async (_, changes, field) => {
  const { customerId, walletId } = await addTopped({})
  const auto_topup = { ...topUps, ...changes }
  const made = await caller.call('POST', '/wallets', { customer_id: customerId, currency: 'eur', auto_topup })
  const changed = await caller.call('PUT', `/wallets/${walletId}`, { auto_topup })
  for (const answer of [made, changed])
    expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, [field]])
})
