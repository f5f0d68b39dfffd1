import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { problemsOf } from '../testing/caller-under-test.ts'
import {
  addPlan,
  change,
  changeAsPreviewed,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let yearly: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  yearly = await addPlan(caller, 'Yearly', [{ amount: '365', billing_period: 'ANNUAL' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const v2 = (id: string, body: object) =>
  caller.call('POST', `/subscriptions/${id}/change/v2/execute`, {
    ...{ target_plan_id: yearly, proration_behavior: 'create_prorations' },
    ...body,
  })

test.each<[string, object, string]>([
  ['a period of no plan', { billing_period_behaviour: 'anchor_at_effect' }, 'target_plan_id'],
  [
    'a config that nobody uses',
    { billing_period_config: { billing_period_unit: 'ANNUAL' } },
    'billing_period_config',
  ],
  [
    'an anchor at the effect that is said',
    {
      billing_period_behaviour: 'anchor_at_effect',
      billing_period_config: { billing_anchor: '2026-06-01T00:00:00Z' },
    },
    'billing_period_config.billing_anchor',
  ],
  [
    'an anchor that is not said',
    { billing_period_behaviour: 'anchor_at_config' },
    'billing_period_config.billing_anchor',
  ],
  [
    'what is no period',
    {
      billing_period_behaviour: 'anchor_at_effect',
      billing_period_config: { billing_period_unit: 'ONETIME' },
    },
    'billing_period_config.billing_period_unit',
  ],
  [
    'no count',
    { billing_period_behaviour: 'anchor_at_effect', billing_period_config: { billing_period_count: 0 } },
    'billing_period_config.billing_period_count',
  ],
])('%s is a 400 that names the field, and nothing is written', async (_, body, field) => {
  const { id } = await addEnding(caller)
  const answer = await v2(id, body)
  expect(answer).toMatchObject({ status: 400 })
  expect(Object.keys(problemsOf(answer))).toEqual([field])
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30'])
})

const own = (id: string, price: object) =>
  caller.create(`/subscriptions/${id}/lineitems`, {
    price: {
      ...{ type: 'FIXED', price_unit_type: 'FIAT', billing_model: 'FLAT_FEE', invoice_cadence: 'ADVANCE' },
      ...price,
    },
  })

test('a line of its own that goes by the present period is named; one with a longer period goes on by its own', async () => {
  const monthly = await addPlan(caller, 'Monthly', [{ amount: '30' }])
  const quarterly = await addPlan(caller, 'Quarterly', [{ amount: '92', billing_period: 'QUARTERLY' }])
  const toQuarterly = changeTo(quarterly, { billing_period: 'QUARTERLY' })
  const id = await subscribeTo(caller, monthly)
  const { id: bound } = await own(id, { billing_period: 'MONTHLY', amount: '10' })
  const answer = await change(caller, id, toQuarterly)
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(problemsOf(answer)).toMatchObject({ billing_period: expect.stringContaining(bound) })

  const other = await subscribeTo(caller, monthly)
  await own(other, { billing_period: 'ANNUAL', amount: '120' })
  await moveClock(caller, '2026-07-16T00:00:00Z')
  expect((await changeAsPreviewed(caller, other, toQuarterly)).money).toEqual(['15.48', '92', '76.52'])
  await moveClock(caller, '2027-07-17T00:00:00Z')
  // The year of the line is on the invoices that hold its boundaries: of July 2026, and of the quarter from April 2027 on.
  expect(await billsOf(caller, other)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 01-16–04-16: 212',
    'CYCLE 04-16–07-16: 92',
    'CYCLE 06-01–07-01: 150',
    'CYCLE 07-16–10-16: 92',
    'CYCLE 10-16–01-16: 92',
    'UPDATE 07-16–10-16: 76.52',
  ])
})
