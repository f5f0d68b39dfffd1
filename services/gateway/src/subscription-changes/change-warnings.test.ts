import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { previewBulk } from '../testing/bulk-changes-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, call } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'
import { payment } from '../testing/owing-invoice.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
})
afterAll(() => gateway[Symbol.asyncDispose]())

const prorated = { proration_behavior: 'create_prorations' }
const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }

const v2 = (id: string, mode: string, planId: string, body: object = prorated) =>
  caller.call('POST', `/subscriptions/${id}/change/v2/${mode}`, { target_plan_id: planId, ...body })

test('usage that the new plan has no price for is told by each door, as at a creation: nobody will be billed for it', async () => {
  const { id } = await addEnding(caller)
  const feature = await caller.create('/features', meteredFeatureBody({}, { event_name: 'render' }))
  const silent = await addPlan(caller, 'Flat', [{ amount: '90' }])
  const entitlement = { plan_id: silent, feature_id: feature.id, feature_type: 'metered', usage_limit: 5 }
  await caller.create('/entitlements', entitlement)
  const told = /^The subscription has no price for the usage of .+, .+: nobody will be billed for it$/
  const warnings = [expect.stringMatching(told)]
  const body = { warnings }
  expect(await change(caller, id, changeTo(silent), { mode: 'preview' })).toMatchObject({ body })
  expect(await v2(id, 'preview', silent)).toMatchObject({ body })
  expect(await v2(id, 'execute', silent)).toMatchObject({ status: 200, body })
  const late = await addEnding(caller)
  expect(await change(caller, late.id, changeTo(silent, atTheEnd))).toMatchObject({ status: 200, body })
})

test('a plan that prices all of it warns of nothing', async () => {
  const feature = await caller.create('/features', meteredFeatureBody({}, { event_name: 'render' }))
  const usage = (amount: string) => usageOf(feature.meter_id, { amount })
  const from = await addPlan(caller, 'Metered', [{ amount: '30' }, usage('0.5')])
  const to = await addPlan(caller, 'Metered more', [{ amount: '90' }, usage('0.4')])
  const id = await subscribeTo(caller, from)
  const { status, body } = await v2(id, 'execute', to)
  expect({ status, ...z.looseObject({ warnings: z.unknown() }).parse(body) }).toMatchObject({
    ...{ status: 200, warnings: [] },
  })
})

test('a change that waited and can never be made, as its boundary is brought up by another: its answer tells it, asked again, too', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  const gone = await addPlan(caller, 'Gone', [{ amount: '60' }])
  const pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
  const ids = [await subscribeTo(caller, basic), await subscribeTo(caller, basic)]
  for (const id of ids)
    expect(await change(caller, id, changeTo(gone, atTheEnd))).toMatchObject({ status: 200 })
  await caller.scoped.db.updateTable('plans').set({ status: 'deleted' }).where('id', '=', gone).execute()
  await caller.moveClock('2026-07-16T00:00:00Z')
  const warnings = [expect.stringMatching(`^The change sched_.+can never be made: .*${gone}`)]
  const [changed = '', cancelled = ''] = ids
  expect(await v2(changed, 'preview', pro)).toMatchObject({ status: 200, body: { warnings } })
  const headers = { 'idempotency-key': 'once' }
  for (const _ of [1, 2]) {
    const answer = await change(caller, changed, changeTo(pro), { headers })
    expect(answer).toMatchObject({ status: 200, body: { warnings } })
  }
  const now = { cancellation_type: 'immediate', ...prorated }
  expect(await caller.call('POST', `/subscriptions/${cancelled}/cancel/preview`, now)).toMatchObject({
    body: { warnings },
  })
  expect(await call(caller, 'cancel', cancelled, now)).toMatchObject({ status: 200, body: { warnings } })
})

test('what comes back to a wallet is among the changed resources, previewed and made', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  const pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
  const id = await subscribeTo(caller, pro)
  const { body } = await caller.call('POST', '/invoices/search', { subscription_id: id })
  const [invoice] = z.object({ items: z.array(z.object({ id: z.string() })) }).parse(body).items
  await caller.create('/payments', payment(invoice?.id ?? '', { amount: '90' }))
  await caller.moveClock('2026-06-16T00:00:00Z')
  // Half of June: 45 of 90 come back, of which the 15 of 30 are charged anew.
  const credit = { type: 'credit', amount: '30', credit_amount: '30', currency: 'usd' }
  const credited = (status: string) => ({
    changed_resources: {
      invoices: expect.arrayContaining([
        expect.objectContaining({
          ...{ action: 'wallet_credit', status, id: expect.stringMatching('^wtxn_') },
          wallet_transaction: expect.objectContaining(credit),
        }),
      ]),
    },
  })
  expect(await v2(id, 'preview', basic)).toMatchObject({ status: 200, body: credited('preview') })
  expect(await v2(id, 'execute', basic)).toMatchObject({ status: 200, body: credited('issued') })
})

test('the days of a period are used or remain, and none is both: 15.5 of 30 are 16 and 14', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  const pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
  const id = await subscribeTo(caller, basic)
  await caller.moveClock('2026-06-16T12:00:00Z')
  expect(await change(caller, id, changeTo(pro), { mode: 'preview' })).toMatchObject({
    body: { proration_details: { days_used: 16, days_remaining: 14 } },
  })
})

test('many to a plan without a price in the currency, or the period, that the filter names: a 400 that names it', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }, { amount: '27', currency: 'eur' }])
  const pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
  const id = await subscribeTo(caller, basic, { currency: 'eur' })
  const order = { plan_id: basic, target_plan_id: pro, ...prorated }
  for (const filter of [{ currency: 'eur' }, { billing_period: 'ANNUAL' }]) {
    const answer = await caller.call('POST', '/subscriptions/change/bulk/preview', { ...order, ...filter })
    expect(answer).toMatchObject({ status: 400 })
    expect(Object.keys(problemsOf(answer))).toEqual(Object.keys(filter))
  }
  // Without the filter each says why itself.
  const bulk = await previewBulk(caller, order)
  expect(await caller.call('GET', `/subscriptions/change/bulk/${bulk}/items`)).toMatchObject({
    body: {
      items: [
        { subscription_id: id, outcome: 'left_out', error: { message: expect.stringContaining('eur') } },
      ],
    },
  })
})
