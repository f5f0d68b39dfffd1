import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import {
  addGivingPlan,
  addGranted,
  givenTo,
  grantBody,
  grantsBegin,
  told,
} from '../testing/granted-subscription.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('a grant is answered as it was asked for, its defaults filled in, listed with its plan, and cloned with it', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const { planId, grantIds } = await addGivingPlan(caller, [grantBody({ credits: '010.50', priority: 2 })])
  const grant = await caller.call('GET', `/creditgrants/${grantIds[0]}`)
  expect(grant).toMatchObject({
    status: 200,
    body: {
      ...{
        scope: 'PLAN',
        plan_id: planId,
        credits: '10.5',
        cadence: 'RECURRING',
        period: 'MONTHLY',
        period_count: 1,
      },
      ...{ conversion_rate: '1', topup_conversion_rate: '1', priority: 2, expiration_type: 'NEVER' },
      ...{ proration_behavior: 'create_prorations', status: 'published' },
    },
  })
  const listed = await caller.call('GET', `/plans/${planId}/creditgrants`)
  expect(listed.body).toMatchObject({ items: [grant.body], pagination: { total: 1 } })
  const clone = await caller.create(`/plans/${planId}/clone`, { name: 'Copy', lookup_key: 'copy' })
  const cloned = await caller.call('GET', `/plans/${clone.id}/creditgrants`)
  expect(cloned.body).toMatchObject({ items: [{ credits: '10.5', plan_id: clone.id }] })
})

test('what is to come is told of a subscription and of its customer, of each grant the next', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const own = grantBody({ period: 'ANNUAL', credits: '120', end_date: '2027-02-01T00:00:00Z' })
  const { id, grantIds } = await addGranted(caller, { own: [own] })
  const { body } = await caller.call('GET', `/subscriptions/${id}`)
  expect(await caller.call('GET', `/subscriptions/${id}/grants/upcoming`)).toMatchObject({
    status: 200,
    body: {
      items: [{ scheduled_for: grantsBegin }, { scheduled_for: grantsBegin }],
      pagination: { total: 2 },
    },
  })
  await bill(caller)
  const upcoming = await caller.call('GET', `/subscriptions/${id}/grants/upcoming`)
  expect(upcoming.body).toMatchObject({
    items: [
      {
        ...{
          credit_grant_id: grantIds[0],
          subscription_id: id,
          credits: '10',
          application_status: 'pending',
        },
        ...{ scheduled_for: '2026-09-01T00:00:00.000Z', period_end: '2026-10-01T00:00:00.000Z' },
        application_reason: 'recurring_credit_grant',
      },
    ],
    pagination: { total: 1 },
  })
  const customerId = Object(body).customer_id
  expect((await caller.call('GET', `/customers/${customerId}/grants/upcoming`)).body).toEqual(upcoming.body)
  // Half a year of one that comes once a year: 184 days of 365.
  expect(told(await givenTo(caller, id)).toSorted()).toEqual(['08-01 10', '08-01 60.49315068'])
})

test('an end that is moved is followed either way, and what was given stays; an end in the past is refused', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const { id, grantIds } = await addGranted(caller, {})
  const path = `/creditgrants/${grantIds[0]}`
  await bill(caller)
  expect(
    await caller.call('PUT', path, { end_date: '2026-08-20T00:00:00Z', name: 'Until then' }),
  ).toMatchObject({
    status: 200,
    body: { name: 'Until then', end_date: '2026-08-20T00:00:00.000Z', credits: '10' },
  })
  expect((await caller.call('GET', `/subscriptions/${id}/grants/upcoming`)).body).toMatchObject({ items: [] })
  await caller.moveClock('2026-09-10T00:00:00Z')
  await bill(caller)
  expect(await givenTo(caller, id)).toMatchObject([{ on: '08-01' }, { on: '09-01', status: 'cancelled' }])
  expect(problemsOf(await caller.call('PUT', path, { end_date: '2026-09-09T00:00:00Z' }))).toEqual({
    end_date: expect.stringContaining('which is now'),
  })
  await caller.call('PUT', path, { end_date: '2026-09-16T00:00:00Z' })
  await bill(caller)
  expect(told(await givenTo(caller, id))).toEqual(['08-01 10', '09-01 5'])
})

test('a grant is deleted now, or at an instant to come; what fell due before is given still', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const { id, grantIds } = await addGranted(caller, { grants: [grantBody(), grantBody({ credits: '1' })] })
  const [later, now] = grantIds.map((grantId) => `/creditgrants/${grantId}`)
  await caller.moveClock('2026-08-02T00:00:00Z')
  const bad = await caller.call('DELETE', `${later}`, { effective_date: '2026-08-01T00:00:00Z' })
  expect(problemsOf(bad)).toEqual({ effective_date: expect.stringContaining('which is now') })
  expect((await caller.call('DELETE', `${later}`, { effective_date: '2026-10-01T00:00:00Z' })).status).toBe(
    200,
  )
  expect((await caller.call('GET', `${later}`)).body).toMatchObject({ end_date: '2026-10-01T00:00:00.000Z' })
  expect((await caller.call('DELETE', `${now}`)).status).toBe(200)
  expect((await caller.call('GET', `${now}`)).status).toBe(404)
  expect((await caller.call('DELETE', `${now}`)).status).toBe(404)
  await caller.moveClock('2026-12-01T00:00:00Z')
  await bill(caller)
  // It had fallen due when it was deleted, however late the run was.
  expect(told(await givenTo(caller, id)).toSorted()).toEqual(['08-01 1', '08-01 10', '09-01 10'])
})

test('a running subscription gets a grant of its own from now on; a draft with its beginning, and its plan’s', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const running = await addGranted(caller, { grants: [] })
  await caller.moveClock('2026-08-17T00:00:00Z')
  const own = (subscription_id: string) => ({ ...grantBody({ scope: 'SUBSCRIPTION' }), subscription_id })
  expect(await caller.create('/creditgrants', own(running.id))).toMatchObject({
    start_date: '2026-08-17T00:00:00.000Z',
  })
  const draft = await addGranted(caller, {
    own: [grantBody({ credits: '2' })],
    changes: { subscription_status: 'draft' },
  })
  await caller.create('/creditgrants', { ...own(draft.id), credits: '3' })
  await bill(caller)
  expect(told(await givenTo(caller, running.id))).toEqual(['08-17 4.83870968'])
  expect(await givenTo(caller, draft.id)).toEqual([])
  const activated = await caller.call('POST', `/subscriptions/${draft.id}/activate`, {
    start_date: '2026-08-16T00:00:00Z',
  })
  expect(activated.status).toBe(200)
  await bill(caller)
  expect(told(await givenTo(caller, draft.id)).toSorted()).toEqual(['08-16 10', '08-16 2', '08-16 3'])
})

test('a list of subscriptions has its grants, and an item that is wrong about one does not stop the rest', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const { planId } = await addGivingPlan(caller)
  const { id: customer_id } = await caller.create('/customers', { external_id: 'listed', name: 'Ada' })
  const item = (credits: string) => ({
    ...{ customer_id, plan_id: planId, currency: 'usd', billing_period: 'MONTHLY', start_date: grantsBegin },
    credit_grants: [grantBody({ scope: 'SUBSCRIPTION', credits })],
  })
  const asked = await caller.call('POST', '/subscriptions/bulk', {
    items: [item('1'), item('-1'), item('2')],
  })
  const { workflow_id } = Object(asked.body)
  const { body } = await caller.call('GET', `/tasks/result?workflow_id=${workflow_id}&wait=20s`)
  const { items } = Object(body).result
  expect(items).toMatchObject([
    { subscription_id: expect.any(String) },
    { error: { fields: { 'credit_grants[0].credits': expect.stringContaining('must be greater than 0') } } },
    { subscription_id: expect.any(String) },
  ])
  await bill(caller)
  expect(told(await givenTo(caller, items[0].subscription_id)).toSorted()).toEqual(['08-01 1', '08-01 10'])
  expect(told(await givenTo(caller, items[2].subscription_id)).toSorted()).toEqual(['08-01 10', '08-01 2'])
})

test('another tenant’s grants, plans, subscriptions and customers do not exist', async () => {
  const caller = await newClockedCaller(gateway, grantsBegin)
  const other = await newClockedCaller(gateway, grantsBegin)
  const { id, planId, grantIds } = await addGranted(caller, {})
  const customerId = Object((await caller.call('GET', `/subscriptions/${id}`)).body).customer_id
  const asked = [
    other.call('GET', `/creditgrants/${grantIds[0]}`),
    other.call('PUT', `/creditgrants/${grantIds[0]}`, { name: 'Mine' }),
    other.call('DELETE', `/creditgrants/${grantIds[0]}`),
    other.call('GET', `/plans/${planId}/creditgrants`),
    other.call('GET', `/subscriptions/${id}/grants/upcoming`),
    other.call('GET', `/customers/${customerId}/grants/upcoming`),
    other.call('POST', '/creditgrants', grantBody({ scope: 'PLAN', plan_id: planId })),
    other.call('POST', '/creditgrants', grantBody({ scope: 'SUBSCRIPTION', subscription_id: id })),
  ]
  for (const answer of await Promise.all(asked)) expect(answer.status).toBe(404)
  await bill(other)
  expect(told(await givenTo(caller, id))).toEqual([])
})
