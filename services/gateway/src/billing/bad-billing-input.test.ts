import { newId } from '@flexprice/database/connection'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import { problemsOf } from '../testing/caller-under-test.ts'
import { addCharged, type ChargedSubscription } from '../testing/charged-subscription.ts'
import { type ClockedCaller, newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: ClockedCaller
let subscription: ChargedSubscription
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
  caller = await newClockedCaller(gateway, '2026-11-15T00:00:00Z')
  subscription = await addCharged(caller)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const ask = (body: object) => caller.call('POST', '/billing/runs', body)
const page = z.object({ items: z.array(z.looseObject({})), next_cursor: z.string().optional() })

test('400 for an instant ahead of the environment’s clock, whatever the time of day is; nothing is kept of it', async () => {
  const refused = await ask({ as_of: '2026-11-15T00:00:00.001Z' })
  expect(refused.status).toBe(400)
  expect(problemsOf(refused)).toEqual({ as_of: expect.stringContaining('2026-11-15T00:00:00.000Z') })
  expect((await ask({ as_of: 'yesterday' })).status).toBe(400)
  expect(await caller.call('GET', '/billing/runs')).toMatchObject({ body: { items: [] } })
})

test('400 for subscriptions of another environment, unknown ones, none, and 10,001 of them', async () => {
  const foreign = await addCharged(await newClockedCaller(gateway, '2026-11-15T00:00:00Z'))
  const known = subscription.id
  const refused = await ask({ subscription_ids: [known, foreign.id, 'sub_unknown', subscription.planId] })
  expect(refused.status).toBe(400)
  expect(Object.keys(problemsOf(refused))).toEqual([1, 2, 3].map((index) => `subscription_ids[${index}]`))
  const many = (count: number) => ({ subscription_ids: Array.from({ length: count }, () => known) })
  for (const body of [many(0), many(10_001), { subscription_ids: [''] }, { subscription_ids: known }]) {
    const { status, body: answer } = await ask(body)
    expect({ status, answer }).toMatchObject({ status: 400, answer: { code: 'validation_error' } })
  }
  for (const body of [{ dry_run: 'yes' }, { until: '2026-11-01T00:00:00Z' }]) {
    expect((await ask(body)).status).toBe(400)
  }
})

test('what fell due by the given instant is billed, of the given subscriptions, and the rest stays', async () => {
  const own = await newClockedCaller(gateway, '2026-08-05T00:00:00Z')
  const first = await addCharged(own)
  const other = await addCharged(own, first)
  const asked = { as_of: '2026-09-01T00:00:00Z', subscription_ids: Array(10_000).fill(first.id) }
  await own.moveClock('2026-09-01T00:10:00Z')
  expect(await bill(own, asked)).toMatchObject({ subscription_ids: [first.id], invoices_created: 1 })
  await own.moveClock('2026-11-15T00:00:00Z')
  // Its draft became due later than that, and so did its next periods.
  expect(await bill(own, { ...asked, as_of: '2026-09-01T00:59:59Z' })).toMatchObject({ due: 0 })
  expect(await bill(own, { as_of: '2026-09-01T01:00:00Z' })).toMatchObject({
    subscriptions_billed: 1,
    invoices_finalized: 2,
  })
  for (const { id } of [first, other]) {
    expect(await cyclesOf(own, id)).toMatchObject([{ invoice_status: 'FINALIZED' }])
  }
})

test('400 for settings out of range, and they stay as they were', async () => {
  const path = `/environments/${caller.scoped.scope.environmentId}/settings`
  const before = (await caller.call('GET', path)).body
  for (const settings of [
    ...[-1, 73, 1.5, '1', null].map((finalization_delay_hours) => ({ finalization_delay_hours })),
    ...['', 'inv', '-INV', 'INV/', 'A'.repeat(17)].map((invoice_number_prefix) => ({
      invoice_number_prefix,
    })),
    { late_usage: 'perhaps' },
    { billing_paused: 'yes' },
    { delay: 1 },
  ]) {
    const { status } = await caller.call('PUT', path, { billing_paused: true, ...settings })
    expect({ settings, status }).toEqual({ settings, status: 400 })
  }
  expect((await caller.call('GET', path)).body).toEqual(before)
  const foreign = `/environments/${(await gateway.newCaller()).scoped.scope.environmentId}/settings`
  expect((await caller.call('GET', foreign)).status).toBe(404)
  expect((await caller.call('PUT', foreign, { billing_paused: true })).status).toBe(404)
})

test('400 for a run cancelled after its end, and for a retry of what did not fail', async () => {
  const { id } = await bill(caller)
  const invalid = { status: 400, body: { code: 'invalid_operation' } }
  expect(await caller.call('POST', `/billing/runs/${id}/cancel`)).toMatchObject(invalid)
  const retry = `/billing/runs/${id}/failures/${subscription.id}/retry`
  expect(await caller.call('POST', retry)).toMatchObject(invalid)
})

test('runs and failures are listed page by page, none twice and none left out; 400 for a cursor that no answer gave', async () => {
  const { id } = await bill(caller)
  await bill(caller)
  const failed = Array.from({ length: 2 }, () => newId('subscription')).flatMap((subscription_id) =>
    (['drafts', 'periods'] as const).map((work) => ({ subscription_id, work })),
  )
  const now = new Date()
  const failure = { run_id: id, code: 'validation_error', message: 'by this test', attempts: 1 } as const
  const times = { first_failed_at: now, last_failed_at: now, next_attempt_at: now }
  const environment_id = caller.scoped.scope.environmentId
  const rows = failed.map((one) => ({ environment_id, ...one, ...failure, ...times }))
  await caller.scoped.db.insertInto('billing_failures').values(rows).execute()
  for (const path of ['/billing/runs', `/billing/runs/${id}/failures`]) {
    const whole = page.parse((await caller.call('GET', path)).body).items
    expect(whole.length).toBeGreaterThan(2)
    const walked: unknown[] = []
    let cursor = ''
    do {
      const answer = await caller.call('GET', `${path}?limit=1${cursor}`)
      expect(answer).toMatchObject({ status: 200 })
      const { items, next_cursor } = page.parse(answer.body)
      walked.push(...items)
      cursor = next_cursor === undefined ? '' : `&cursor=${next_cursor}`
    } while (cursor !== '')
    expect(walked).toEqual(whole)
    for (const bad of ['x', id, subscription.id, '%00', 'A'.repeat(2_000)]) {
      const answer = await caller.call('GET', `${path}?cursor=${bad}`)
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
    }
    for (const limit of ['0', '1001', 'all']) {
      expect(await caller.call('GET', `${path}?limit=${limit}`)).toMatchObject({ status: 400 })
    }
  }
})
