import { afterAll, beforeAll, expect, test } from 'vitest'
import { addWallet, balanceOf, ledgerOf } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
  caller = await newClockedCaller(gateway, '2026-08-01T00:00:00.000Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('the billing run ends credits at their instants, each once', async () => {
  const { id: customer_id } = await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const { id } = await addWallet(caller, { customer_id })
  for (const [credits, day] of [
    ['5', '10'],
    ['3', '20'],
    ['2', '30'],
  ]) {
    const body = { credits_to_add: credits, expiry_date_utc: `2026-08-${day}T00:00:00Z` }
    await caller.call('POST', `/wallets/${id}/top-up`, { ...body, transaction_reason: 'FREE_CREDIT_GRANT' })
  }
  expect(await moveClock(caller, '2026-08-25T00:00:00Z')).toMatchObject({ subscriptions_billed: 0 })
  expect(await balanceOf(caller, id)).toBe('2')
  await moveClock(caller, '2026-08-26T00:00:00Z')
  expect((await ledgerOf(caller, id)).slice(3)).toEqual(['CREDIT_EXPIRED -5', 'CREDIT_EXPIRED -3'])
  const { body } = await caller.call('GET', `/wallets/${id}/transactions?type=debit&order=asc`)
  expect(body).toMatchObject({
    items: [
      { created_at: '2026-08-10T00:00:00.000Z', consumption_breakdown: [{ credits: '5' }] },
      { created_at: '2026-08-20T00:00:00.000Z', amount: '3' },
    ],
  })
})
