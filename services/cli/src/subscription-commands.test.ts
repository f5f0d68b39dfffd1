import { insertMonthlySubscriptions, priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLines, runCli } from './testing/cli-process.ts'
import { type StackUnderTest, startStack } from './testing/stack-under-test.ts'

let stack: StackUnderTest
beforeAll(async () => {
  stack = await startStack('subscription-change')
})
afterAll(() => stack[Symbol.asyncDispose]())

const subscriptions = (...args: string[]) => runCli(['subscriptions', ...args], stack.environment)

const made = z.looseObject({ id: z.string() })

async function create(path: string, body: object): Promise<string> {
  const answer = await stack.post(path, body)
  expect(answer.status).toBe(201)
  return made.parse(await answer.json()).id
}

/** Two plans, and subscriptions of the first. */
async function addPlans(count: number) {
  const [planId, otherId] = [
    await create('/plans', { name: 'Basic' }),
    await create('/plans', { name: 'Pro' }),
  ]
  await create('/prices', priceBody(otherId, { amount: '90' }))
  const customerId = await create('/customers', { external_id: planId, name: 'Ada' })
  const ids = await insertMonthlySubscriptions(stack.scoped, { planId, customerId, count })
  return { planId, otherId, ids }
}

test('one is changed as its preview told, which has written nothing', async () => {
  const {
    planId,
    otherId,
    ids: [id = ''],
  } = await addPlans(1)
  const change = ['change', id, '--to', otherId, '--prorate']
  const preview = await subscriptions(...change, '--preview')
  expect(preview.code, preview.stderr).toBe(0)
  expect(preview.stdout).toMatch(/change_type: +upgrade\n/)
  const planOf = async () => {
    const row = stack.scoped.db.selectFrom('subscriptions').select('plan_id').where('id', '=', id)
    return (await row.executeTakeFirstOrThrow()).plan_id
  }
  expect(await planOf()).toBe(planId)
  const execution = await subscriptions(...change, '--json')
  expect(jsonLines(execution.stdout)).toMatchObject([{ change_type: 'upgrade', is_scheduled: false }])
  expect(await planOf()).toBe(otherId)
  const again = await subscriptions(...change)
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('target_plan_id')])
})

test('many are previewed and watched, looked at as CSV, then changed', async () => {
  const { planId, otherId, ids } = await addPlans(3)
  const preview = await subscriptions(
    'bulk',
    'preview',
    '--plan',
    planId,
    '--to',
    otherId,
    '--watch',
    '--json',
  )
  expect(preview.code, preview.stderr).toBe(0)
  const { result } = previewed.parse(jsonLines(preview.stdout).at(-1))
  expect(result).toMatchObject({ subscriptions: 3, left_out: 0 })
  const csv = await subscriptions('bulk', 'csv', result.bulk_change_id)
  expect(csv.stdout.trim().split(/\r?\n/)).toHaveLength(1 + ids.length)
  const execution = await subscriptions('bulk', 'execute', result.bulk_change_id, '--watch')
  expect(execution.code, execution.stderr).toBe(0)
  expect(execution.stdout).toMatch(/result.subscriptions: +3\n/)
  const shown = await subscriptions('bulk', 'show', result.bulk_change_id)
  expect(shown.stdout).toMatch(/status: +COMPLETED\n/)
  expect((await subscriptions('bulk', 'execute', 'bulk_none')).code).toBe(3)
})

const previewed = z.looseObject({ result: z.looseObject({ bulk_change_id: z.string() }) })
