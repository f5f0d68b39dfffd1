import { afterAll, beforeAll, expect, test } from 'vitest'
import { addWallet } from '../testing/add-wallet.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import { firstPage } from '../testing/first-page.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addGivingPlan, grantBody, grantsBegin } from '../testing/granted-subscription.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const now = new Date(grantsBegin)
const customersOf = (count: number) => Array.from({ length: count }, (_, index) => `paged-${index}`)

/** Grants of many customers who have no wallet yet. */
async function grantsOf(count: number) {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const { planId } = await addGivingPlan(caller, [grantBody()])
  for (const external_id of customersOf(count)) {
    await caller.create('/customers', { external_id, name: 'Ada' })
    await caller.create('/subscriptions', {
      ...{ external_customer_id: external_id, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
      start_date: grantsBegin,
    })
  }
  return await firstPage(caller, now)
}

async function topUpsOf(count: number) {
  const caller = await newClockedCaller(gateway, grantsBegin)
  for (const external_id of customersOf(count)) {
    await caller.create('/customers', { external_id, name: 'Ada' })
    for (const [currency, invoicing] of [
      ['usd', true],
      ['eur', false],
    ] as const) {
      const auto_topup = { enabled: true, threshold: 10, amount: 20, invoicing }
      await addWallet(caller, { external_customer_id: external_id, currency, auto_topup })
    }
  }
  return await firstPage(caller, now)
}

test('a page of grants takes as many statements as one grant', async () => {
  const [one, many] = [await grantsOf(1), await grantsOf(6)]
  expect([one.processed, many.processed]).toEqual([1, 6])
  expect(many.statements).toBe(one.statements)
})

test('a page of automatic top-ups, at once and by invoice, takes as many statements as one of each', async () => {
  const [one, many] = [await topUpsOf(1), await topUpsOf(6)]
  expect([one.processed, many.processed]).toEqual([2, 12])
  expect(many.statements).toBe(one.statements)
})
