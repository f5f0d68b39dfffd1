import { readNow } from '@flexprice/database/connection'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines, runCli } from './testing/cli-process.ts'
import { type StackUnderTest, startStack } from './testing/stack-under-test.ts'

let stack: StackUnderTest
beforeAll(async () => {
  stack = await startStack('cron-billing')
})
afterAll(() => stack[Symbol.asyncDispose]())

const clock = (...args: string[]) => runCli(['clock', ...args], stack.environment)

test('show tells the time of day, advance --watch moves the clock, and show tells it then', async () => {
  const before = await clock('show')
  expect(before.stdout).toMatch(/kind: +time_of_day\n/)
  const now = await readNow(stack.scoped)
  const to = new Date(now.getTime() + 40 * 86_400_000).toISOString()
  const moved = await clock('advance', '--to', to, '--watch', '--json')
  expect(moved.code, moved.stderr).toBe(0)
  expect(jsonLines(moved.stdout).at(-1)).toMatchObject({
    status: 'Completed',
    result: { to, subscriptions_billed: 0, invoices_created: 0 },
  })
  const after = await clock('show', '--json')
  expect(jsonLines(after.stdout)).toMatchObject([{ kind: 'test', now: to }])
})

test('an instant that is none is a mistake of usage, and one that lies behind is refused with its field', async () => {
  const none = await clock('advance', '--to', '2027-01-01')
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('RFC 3339')])
  expect((await clock('advance')).code).toBe(2)
  const back = await clock('advance', '--to', '2020-01-01T00:00:00Z')
  expect([back.code, back.stderr]).toEqual([1, expect.stringContaining('now: must not be before the clock')])
})
