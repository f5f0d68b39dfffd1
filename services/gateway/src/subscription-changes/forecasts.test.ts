import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, invoicesOf } from '../testing/bill.ts'
import { calculate } from '../testing/calculate.ts'
import {
  addPlan,
  change,
  changeTo,
  startGatewayWithChanges,
  subscribeTo,
} from '../testing/changes-under-test.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import { addEnding, billsOf, call } from '../testing/ending-subscription.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { moveClock } from '../testing/move-clock.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
/** 90 in advance; they come from 30 in advance, 60 in arrears and 0.5 a call. */
let pro: string

beforeAll(async () => {
  gateway = await startGatewayWithChanges()
})
beforeEach(async () => {
  caller = await newClockedCaller(gateway, '2026-06-01T00:00:00Z')
  pro = await addPlan(caller, 'Enterprise', [{ amount: '90' }])
})
afterAll(() => gateway[Symbol.asyncDispose]())

const atTheEnd = { change_at: 'end_of_period', proration_behavior: 'none' }

/** What a calculation says of it, which writes its next invoice as a draft. */
async function forecast(id: string) {
  const [item] = await calculate(caller, { subscription_ids: [id], create_drafts: true })
  return item
}

async function drawn(id: string, amounts: readonly string[]): Promise<string> {
  const item = await forecast(id)
  expect(item?.lines.map(({ amount }) => amount).toSorted()).toEqual(amounts)
  return item?.invoice_id ?? ''
}

async function scheduled(id: string, changes: object = atTheEnd): Promise<string> {
  const { status, body } = await change(caller, id, changeTo(pro, changes))
  expect(status).toBe(200)
  return z.looseObject({ schedule_id: z.string() }).parse(body).schedule_id
}

/** A change is asked for, and a draft is, in June or when June's end has passed and is not billed yet. */
const orders: readonly (readonly [string, (id: string) => Promise<unknown>])[] = [
  [
    'a draft before the change is asked for',
    async (id) => {
      await drawn(id, ['0', '30', '60'])
      await scheduled(id)
    },
  ],
  [
    'one of the period that has ended, then the change',
    async (id) => {
      await caller.moveClock('2026-07-05T00:00:00Z')
      await drawn(id, ['0', '30', '60'])
      await scheduled(id)
    },
  ],
  [
    'the change, then one that is refused',
    async (id) => {
      const scheduleId = await scheduled(id)
      await caller.moveClock('2026-07-05T00:00:00Z')
      const error = { code: 'invalid_operation', message: expect.stringContaining(scheduleId) }
      expect(await forecast(id)).toMatchObject({ error })
    },
  ],
]

test.each(orders)(
  '%s: the period that begins is billed by the new plan’s 90, with June’s 60, once',
  async (_, act) => {
    const { id } = await addEnding(caller)
    await act(id)
    await moveClock(caller, '2026-07-08T00:00:00Z')
    expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 150'])
  },
)

test('a draft of a boundary that a change waits for is neither rated again nor closed: that is a 409 that names it', async () => {
  const { id } = await addEnding(caller)
  const invoiceId = await drawn(id, ['0', '30', '60'])
  const details = { schedule_id: await scheduled(id) }
  await caller.moveClock('2026-07-05T00:00:00Z')
  for (const path of ['finalize', 'recalculate-v2?finalize=true', 'recalculate-v2?finalize=false']) {
    const answer = await caller.call('POST', `/invoices/${invoiceId}/${path}`)
    expect(answer, path).toMatchObject({ status: 409, body: { code: 'invalid_operation', details } })
  }
  await bill(caller)
  // Its delay is over by then.
  expect(await caller.call('GET', `/invoices/${invoiceId}`)).toMatchObject({
    body: { invoice_status: 'FINALIZED', total: '150' },
  })
})

test('who has had June billed by hand, and asks for a change at the period’s end then, means July’s', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-07-05T00:00:00Z')
  const invoiceId = await drawn(id, ['0', '30', '60'])
  expect(await caller.call('POST', `/invoices/${invoiceId}/finalize`)).toMatchObject({ status: 200 })
  expect(await change(caller, id, changeTo(pro, atTheEnd), { mode: 'preview' })).toMatchObject({
    body: { effective_date: '2026-08-01T00:00:00.000Z' },
  })
  expect(await change(caller, id, changeTo(pro, atTheEnd))).toMatchObject({
    body: { scheduled_at: '2026-08-01T00:00:00.000Z' },
  })
  await moveClock(caller, '2026-08-08T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–07-01: 90',
    'CYCLE 07-01–08-01: 150',
  ])
})

test('a draft of a trial’s end, then a change that waits for it: the first paid period is the new plan’s', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  const id = await subscribeTo(caller, basic, { trial_period_days: 10 })
  await caller.moveClock('2026-06-12T00:00:00Z')
  await drawn(id, ['30'])
  await scheduled(id)
  await bill(caller)
  expect(await billsOf(caller, id)).toEqual(['TRIAL_END 06-11–07-11: 90', 'TRIAL_START 06-01–06-11: 0'])
})

test('a change at once beside a draft of the period that has ended: July begins by the old plan, and is prorated', async () => {
  const { id } = await addEnding(caller)
  await caller.moveClock('2026-07-16T00:00:00Z')
  await drawn(id, ['0', '30', '60'])
  expect(await change(caller, id, changeTo(pro))).toMatchObject({ status: 200 })
  // 16 of 31 days: 46.45 of 90, less 15.48 of 30. The 60 in arrears of July are 29.03 of 15 days.
  await moveClock(caller, '2026-08-08T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual([
    'CREATE 06-01–07-01: 30',
    'CYCLE 06-01–07-01: 90',
    'CYCLE 07-01–08-01: 119.03',
    'UPDATE 07-16–08-01: 30.97',
  ])
})

test('a draft of fees alone is closed as its boundary is billed, and one of which nothing is left is skipped', async () => {
  const basic = await addPlan(caller, 'Basic', [{ amount: '30' }])
  const [fee, gone] = [await subscribeTo(caller, basic), await subscribeTo(caller, basic)]
  await caller.moveClock('2026-07-01T00:00:00Z')
  for (const id of [fee, gone]) await drawn(id, ['30'])
  const { body } = await caller.call('GET', `/subscriptions/${gone}`)
  const [line] = z.object({ line_items: z.array(z.object({ id: z.string() })) }).parse(body).line_items
  const ended = await caller.call('DELETE', `/subscriptions/lineitems/${line?.id}`, {})
  expect(ended.status).toBeLessThan(300)
  await bill(caller)
  const statesOf = async (id: string) =>
    (await invoicesOf(caller, id))
      .filter(({ billing_reason }) => billing_reason === 'SUBSCRIPTION_CYCLE')
      .map(({ invoice_status, total }) => `${invoice_status} ${total}`)
  expect(await statesOf(fee)).toEqual(['FINALIZED 30'])
  expect(await statesOf(gone)).toEqual(['SKIPPED 0'])
})

test('a pause asked for beside such a draft bills what was before it, as if nobody had asked for one', async () => {
  const { id } = await addEnding(caller)
  await drawn(id, ['0', '30', '60'])
  const paused = await call(caller, 'pause', id, { pause_mode: 'period_end', proration_behavior: 'none' })
  expect(paused).toMatchObject({ status: 200 })
  await moveClock(caller, '2026-07-08T00:00:00Z')
  expect(await billsOf(caller, id)).toEqual(['CREATE 06-01–07-01: 30', 'CYCLE 06-01–07-01: 60'])
})

test.each([
  [
    'a cancellation',
    (id: string) => call(caller, 'cancel', id, { cancellation_type: 'immediate' }),
    ['CREATE 06-01–07-01: 30', 'CYCLE 06-01–06-16: 60'],
  ],
  [
    'another period',
    async (id: string) => {
      const yearly = await addPlan(caller, 'Yearly', [{ amount: '365', billing_period: 'ANNUAL' }])
      const terms = { billing_period: 'ANNUAL', proration_behavior: 'none' }
      return await change(caller, id, changeTo(yearly, terms))
    },
    ['CREATE 06-01–07-01: 30', 'CYCLE 06-01–06-16: 30', 'UPDATE 06-16–06-16: 365'],
  ],
])(
  '%s voids the draft of a period that there is no more: nobody closes it beside what is billed',
  async (_, act, bills) => {
    const { id } = await addEnding(caller)
    const invoiceId = await drawn(id, ['0', '30', '60'])
    await caller.moveClock('2026-06-16T00:00:00Z')
    expect(await act(id)).toMatchObject({ status: 200 })
    await moveClock(caller, '2026-07-05T00:00:00Z')
    expect(await caller.call('GET', `/invoices/${invoiceId}`)).toMatchObject({
      body: { invoice_status: 'VOIDED' },
    })
    expect(await caller.call('POST', `/invoices/${invoiceId}/finalize`)).toMatchObject({ status: 400 })
    const all = (await billsOf(caller, id)).filter((text) => !text.startsWith('CYCLE 06-01–07-01'))
    expect(all).toEqual(bills)
  },
)
