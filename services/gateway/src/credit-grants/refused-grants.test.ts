import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { addGivingPlan, addGranted, grantBody, grantsBegin } from '../testing/granted-subscription.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

describe('refused, with the field that is wrong', () => {
  test.each([
    ['negative credits', { credits: '-1' }, 'credits'],
    ['no credits', { credits: '0' }, 'credits'],
    ['credits of 40 digits', { credits: '9'.repeat(40) }, 'credits'],
    ['parts of a credit that nobody counts', { credits: '0.000000001' }, 'credits'],
    ['a text for credits', { credits: 'many' }, 'credits'],
    ['a rate of nothing', { conversion_rate: '0' }, 'conversion_rate'],
    ['a rate whose smallest part is worth more than a unit', { conversion_rate: '10001' }, 'conversion_rate'],
    ['a negative priority', { priority: -1 }, 'priority'],
    ['no period', { period: undefined }, 'period'],
    ['a period that is none', { period: 'ONETIME' }, 'period'],
    ['none of a period', { period_count: 0 }, 'period_count'],
    ['a period of one that comes once', { cadence: 'ONETIME' }, 'period'],
    [
      'an end before the start',
      { start_date: '2026-09-01T00:00:00Z', end_date: '2026-08-01T00:00:00Z' },
      'end_date',
    ],
    [
      'an expiry without its unit',
      { expiration_type: 'DURATION', expiration_duration: 1 },
      'expiration_duration_unit',
    ],
    [
      'an expiry without its length',
      { expiration_type: 'DURATION', expiration_duration_unit: 'DAY' },
      'expiration_duration',
    ],
    [
      'a length without its expiry',
      { expiration_duration: 1, expiration_duration_unit: 'DAY' },
      'expiration_duration',
    ],
    ['a plan beside a subscription', { subscription_id: 'subs_1' }, 'subscription_id'],
    ['no plan', { plan_id: undefined }, 'plan_id'],
    ['an addon', { scope: 'ADDON', plan_id: undefined, addon_id: 'addon_1' }, 'scope'],
    ['a field that is none', { credit: '1' }, 'credit'],
  ])('%s', async (_, changes, field) => {
    const caller = await gateway.newCaller()
    const answer = await caller.call(
      'POST',
      '/creditgrants',
      grantBody({ scope: 'PLAN', plan_id: 'plan_1', ...changes }),
    )
    expect(answer.status).toBe(400)
    expect(problemsOf(answer)).toHaveProperty([field])
    if (field === 'scope') expect(answer.body).toMatchObject({ code: 'not_implemented' })
  })

  test('grants at a creation: of another plan, of another subscription, that could never give', async () => {
    const caller = await newClockedCaller(gateway, grantsBegin)
    const ask = async (grant: object, changes: object = {}) => {
      const { planId } = await addGivingPlan(caller, [])
      const { id: customer_id } = await caller.create('/customers', {
        external_id: `c-${planId}`,
        name: 'Ada',
      })
      return problemsOf(
        await caller.call('POST', '/subscriptions', {
          ...{
            customer_id,
            plan_id: planId,
            currency: 'kwd',
            billing_period: 'MONTHLY',
            start_date: grantsBegin,
          },
          currency: 'usd',
          ...changes,
          credit_grants: [grantBody({ scope: 'SUBSCRIPTION', ...grant })],
        }),
      )
    }
    expect(await ask({ scope: 'PLAN', plan_id: 'plan_1' })).toMatchObject({
      'credit_grants[0].scope': expect.any(String),
    })
    expect(await ask({ plan_id: 'plan_1' })).toHaveProperty(['credit_grants[0].plan_id'])
    expect(await ask({ subscription_id: 'subs_1' })).toHaveProperty(['credit_grants[0].subscription_id'])
    for (const credits of ['0', '-1', '9'.repeat(40)])
      expect(await ask({ credits })).toHaveProperty(['credit_grants[0].credits'])
    expect(await ask({ end_date: grantsBegin })).toHaveProperty(['credit_grants[0].end_date'])
    const over = { end_date: '2026-09-01T00:00:00Z' }
    expect(await ask({ start_date: '2026-09-01T00:00:00Z' }, over)).toHaveProperty([
      'credit_grants[0].start_date',
    ])
  })

  test.each([
    ['credits', '20'],
    ['conversion_rate', '2'],
    ['currency', 'eur'],
    ['start_date', '2026-09-01T00:00:00Z'],
    ['end_date', '2026-07-01T00:00:00Z'],
  ])('updateCreditGrant 400 for %s, which is what was promised or lies behind', async (field, value) => {
    const caller = await newClockedCaller(gateway, grantsBegin)
    const [id] = (await addGivingPlan(caller)).grantIds
    const before = (await caller.call('GET', `/creditgrants/${id}`)).body
    const answer = await caller.call('PUT', `/creditgrants/${id}`, { [field]: value })
    expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, [field]])
    expect((await caller.call('GET', `/creditgrants/${id}`)).body).toEqual(before)
  })

  test('a grant for a subscription that is cancelled; an addon’s grants, by name', async () => {
    const caller = await newClockedCaller(gateway, grantsBegin)
    const { id } = await addGranted(caller, { grants: [] })
    await gateway.database.asOwner(
      `update subscriptions set subscription_status = 'cancelled' where id = $1`,
      [id],
    )
    const own = grantBody({ scope: 'SUBSCRIPTION', subscription_id: id })
    expect(await caller.call('POST', '/creditgrants', own)).toMatchObject({
      status: 400,
      body: { code: 'invalid_operation' },
    })
    expect(await caller.call('GET', '/addons/addon_1/creditgrants')).toMatchObject({
      status: 400,
      body: { code: 'not_implemented', message: expect.stringContaining('getAddonCreditGrants') },
    })
  })
})
