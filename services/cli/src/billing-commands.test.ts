import { insertPlan } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { insertMonthlySubscriptions } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLines, runCli } from './testing/cli-process.ts'
import { type StackUnderTest, startStack } from './testing/stack-under-test.ts'

let stack: StackUnderTest
beforeAll(async () => {
  stack = await startStack('cron-billing')
})
afterAll(() => stack[Symbol.asyncDispose]())

const billing = (...args: string[]) => runCli(['billing', ...args], stack.environment)
const monthMs = 31 * 86_400_000

/** Subscriptions without lines whose period has just ended: billing moves them on, and makes no invoice. */
async function addDue(count: number): Promise<readonly string[]> {
  const { scoped } = stack
  const now = await readNow(scoped)
  const plan = await insertPlan(scoped, { name: 'Pro' }, now)
  const customer = await insertCustomer(scoped, { external_id: plan.id, name: 'Ada' }, now)
  const ids = await insertMonthlySubscriptions(scoped, { planId: plan.id, customerId: customer.id, count })
  const [start, end] = [new Date(now.getTime() - monthMs), new Date(now.getTime() - 1_000)]
  await scoped.db
    .updateTable('subscriptions')
    .set({
      ...{ start_date: start, billing_anchor: end, current_period_start: start },
      ...{ current_period_end: end, next_billing_at: end },
    })
    .where('plan_id', '=', plan.id)
    .execute()
  return ids
}

const runId = z.looseObject({ billing_run_id: z.string() })

test('run bills what is due, or tells it; list, show and failures tell of the run afterwards', async () => {
  const [first = ''] = await addDue(3)
  const dry = await billing('run', '--dry-run', '--subscription', first, '--wait', '--json')
  expect(dry.code, dry.stderr).toBe(0)
  expect(jsonLines(dry.stdout)).toMatchObject([{ status: 'Completed', result: { subscriptions_billed: 1 } }])
  const real = await billing('run', '--watch', '--json')
  const last = z.looseObject({ result: runId }).parse(jsonLines(real.stdout).at(-1))
  expect(last).toMatchObject({ status: 'Completed', result: { subscriptions_billed: 3 } })
  const { billing_run_id: id } = last.result

  const [listed] = jsonLines((await billing('list', '--limit', '1', '--json')).stdout)
  const { next_cursor } = z.object({ next_cursor: z.string() }).parse(listed)
  expect(listed).toMatchObject({ items: [{ id, status: 'COMPLETED', subscriptions_billed: 3 }] })
  const rest = await billing('list', '--cursor', next_cursor)
  expect(rest.stdout).toMatch(/request, dry/)
  expect(rest.stdout).not.toContain(id)

  const shown = await billing('show', id)
  expect(shown.stdout).toMatch(/subscriptions_billed: +3\n/)
  const failures = await billing('failures', id, '--json')
  expect(jsonLines(failures.stdout)).toEqual([{ items: [] }])
})

test('run answers with the ids at once, of the run too', async () => {
  await addDue(1)
  const { code, stdout } = await billing('run', '--idempotency-key', 'once')
  expect(code).toBe(0)
  expect(stdout).toMatch(/billing_run_id: +\S+\n/)
  expect((await billing('run', '--idempotency-key', 'once')).stdout).toBe(stdout)
})

test('what cannot be done exits with 1, and what is not there with 3', async () => {
  const ran = await billing('run', '--wait', '--json')
  const { billing_run_id: id } = z.object({ result: runId }).parse(jsonLines(ran.stdout).at(-1)).result
  const [ended, notFailed] = [await billing('cancel', id), await billing('retry', id, 'subs_none')]
  expect([ended.code, notFailed.code]).toEqual([1, 1])
  expect(ended.stderr).toContain('there is nothing to cancel')
  expect(notFailed.stderr).toContain('subs_none has no failure')
  const ahead = await billing('run', '--as-of', '2999-01-01T00:00:00Z')
  expect([ahead.code, ahead.stderr]).toEqual([1, expect.stringContaining('as_of')])
  expect((await billing('show', 'bill_none')).code).toBe(3)
})
