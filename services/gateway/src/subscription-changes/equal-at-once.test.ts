import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { Answer } from '../testing/caller-under-test.ts'
import { addPlan, changeTo, startGatewayWithChanges, subscribeTo } from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let basic: string
let pro: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-16T00:00:00Z')
  basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  pro = await addPlan(caller, 'Pro', [{ amount: '90' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Which of the two answers the second one has is a matter of milliseconds. */
const timesEach = { 'at once': 3, 'one after the other': 1 }
const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }

const full = z.object({ line_items: z.array(z.object({ id: z.string() })) })

/** In the middle of its month. */
async function subscribed(body: object = {}): Promise<{ id: string; lineId: string }> {
  const id = await subscribeTo(caller, basic, { start_date: '2026-06-01T00:00:00Z', ...body })
  const { line_items } = full.parse((await caller.call('GET', `/subscriptions/${id}`)).body)
  return { id, lineId: line_items[0]?.id ?? '' }
}

interface Door {
  readonly path: string
  readonly body: (lineId: string) => object
  readonly terms?: object
  /** What is asked for before. */
  readonly before?: { readonly path: string; readonly body: object }
}

const none = { proration_behavior: 'none' }
const prorated = { proration_behavior: 'create_prorations' }
const quantity = (lineId: string) => ({
  type: 'quantity_change',
  quantity_change_params: { line_items: [{ id: lineId, quantity: '3' }] },
})
const trialEnd = (params: object) => () => ({ type: 'trial_end', trial_end_params: params })
const trialing = { start_date: '2026-06-10T00:00:00Z', trial_period_days: 20 }
const paused = { path: 'pause', body: none }

const doors: Readonly<Record<string, Door>> = {
  'a change of plan': { path: 'change/execute', body: () => changeTo(pro) },
  'one at the period’s end': { path: 'change/execute', body: () => changeTo(pro, atTheEnd) },
  'one that would take the place of another': {
    path: 'change/execute',
    body: () => changeTo(pro, { ...atTheEnd, supersede: true }),
  },
  'a change of plan by the second version of the call': {
    path: 'change/v2/execute',
    body: () => ({ target_plan_id: pro, ...prorated }),
  },
  'one at the period’s end by that': {
    path: 'change/v2/execute',
    body: () => ({
      ...{ target_plan_id: pro, ...atTheEnd },
      on_conflict_policies: { on_pending_schedule: 'supersede' },
    }),
  },
  'another quantity': { path: 'modify/execute', body: quantity },
  'another quantity of a line that begins just then': {
    path: 'modify/execute',
    body: quantity,
    terms: { start_date: '2026-06-16T00:00:00Z' },
  },
  'another amount': {
    path: 'modify/execute',
    body: (id) => ({
      type: 'line_item_change',
      line_item_change_params: { line_items: [{ id, amount: '31' }] },
    }),
  },
  'a trial’s end now': { path: 'modify/execute', body: trialEnd({ action: 'immediate' }), terms: trialing },
  'a trial’s end ahead': {
    path: 'modify/execute',
    body: trialEnd({ action: 'scheduled_date', new_trial_end: '2026-06-20T00:00:00Z' }),
    terms: trialing,
  },
  'a cancellation': { path: 'cancel', body: () => ({ cancellation_type: 'immediate', ...prorated }) },
  'a cancellation at the period’s end': {
    path: 'cancel',
    body: () => ({ cancellation_type: 'end_of_period' }),
  },
  'a pause': { path: 'pause', body: () => prorated },
  'a pause at the period’s end': { path: 'pause', body: () => ({ pause_mode: 'period_end', ...none }) },
  'a pause’s end': { path: 'resume', body: () => prorated, before: paused },
  'a pause’s end at the period’s': {
    path: 'resume',
    body: () => ({ resume_mode: 'period_end', ...none }),
    before: paused,
  },
}

const orders = {
  'at once': (ask: () => Promise<Answer>) => Promise.all([ask(), ask()]),
  'one after the other': async (ask: () => Promise<Answer>) => [await ask(), await ask()],
}

test.each(
  Object.keys(doors).flatMap((door) =>
    (['at once', 'one after the other'] as const).map((order) => [door, order] as const),
  ),
)('of two equal requests for %s, %s, one wins and the other is a 409', async (name, order) => {
  const door = doors[name]
  const ask = orders[order]
  for (let times = 0; times < timesEach[order]; times++) {
    const { id, lineId } = await subscribed(door?.terms)
    const post = (path: string, body: object) => caller.call('POST', `/subscriptions/${id}/${path}`, body)
    if (door?.before) {
      expect(await post(door.before.path, door.before.body)).toMatchObject({ status: 200 })
    }
    const answers = await ask(() => post(door?.path ?? '', door?.body(lineId) ?? {}))
    expect(answers.map(({ status }) => status).toSorted(), JSON.stringify(answers)).toEqual([200, 409])
  }
})
