import { createApiKey } from '@flexprice/database/tenancy'
import { startTcpProxy } from '@flexprice/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonLines, runCli, startCli } from './testing/cli-process.ts'
import { planToSync, type StackUnderTest, startStack } from './testing/stack-under-test.ts'

let stack: StackUnderTest
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack[Symbol.asyncDispose]())

const run = (...args: string[]) => runCli(args, stack.environment)
const syncId = (planId: string) => `price-sync:${stack.scoped.scope.environmentId}:${planId}`

/** The row lock of someone who works on this subscription: a sync's page waits for them. */
async function holdSubscription(id: string | undefined): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: stack.database.ownerUrl })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('begin')
  await client.query('select from subscriptions where id = $1 for update', [id])
  return { [Symbol.asyncDispose]: () => client.end() }
}

describe('plans sync', () => {
  test('--watch tells the progress on standard error, and the result on standard output', async () => {
    const { planId, subscriptionIds } = await planToSync(stack, 20)
    const hold = await holdSubscription(subscriptionIds[0])
    const cli = startCli(['plans', 'sync', planId, '--watch'], stack.environment)
    await expect.poll(() => cli.written.stderr, { timeout: 30_000 }).toMatch(/subscriptions due 20/)
    await hold[Symbol.asyncDispose]()
    const { code, stdout, stderr } = await cli.ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`Started ${syncId(planId)}`)
    expect(stdout).toMatch(/status: +Completed/)
    expect(stdout).toMatch(/result\.prices_added: +20\n/)
  })

  test('--watch --json is an object a line: the progress, and last the result', async () => {
    const { planId, subscriptionIds } = await planToSync(stack, 10)
    const hold = await holdSubscription(subscriptionIds[0])
    const cli = startCli(['plans', 'sync', planId, '--watch', '--json'], stack.environment)
    await expect.poll(() => cli.written.stdout, { timeout: 30_000 }).toContain('"percent":')
    await hold[Symbol.asyncDispose]()
    const { code, stdout, stderr } = await cli.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = jsonLines(stdout)
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines.slice(0, -1)) expect(line).toMatchObject({ status: 'Running' })
    expect(lines.at(-1)).toMatchObject({ status: 'Completed', result: { prices_added: 10 } })
  })

  test('a gateway that is away for a moment does not end a watch', async () => {
    const { planId, subscriptionIds } = await planToSync(stack, 4)
    await using proxy = await startTcpProxy(new URL(stack.gateway.url).host)
    const hold = await holdSubscription(subscriptionIds[0])
    const environment = { ...stack.environment, FLEXPRICE_URL: `http://${proxy.address}` }
    const cli = startCli(['plans', 'sync', planId, '--watch'], environment)
    await expect.poll(() => cli.written.stderr, { timeout: 30_000 }).toContain('Started')
    await proxy.cut()
    await expect.poll(() => cli.written.stderr, { timeout: 30_000 }).toContain('trying again')
    await proxy.mend()
    await hold[Symbol.asyncDispose]()
    expect(await cli.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/status: +Completed/) })
  })

  test('Ctrl-C ends the watching with 130 and says that the workflow runs on, which it does', async () => {
    const { planId, subscriptionIds } = await planToSync(stack, 5)
    await using _hold = await holdSubscription(subscriptionIds[0])
    const cli = startCli(['plans', 'sync', planId, '--watch'], stack.environment)
    await expect.poll(() => cli.written.stderr, { timeout: 30_000 }).toContain('Started')
    cli.child.kill('SIGINT')
    const { code, stderr } = await cli.ended
    expect(code).toBe(130)
    expect(stderr).toContain(`The workflow ${syncId(planId)} runs on`)
    expect(stderr).toContain(`flexprice workflows cancel ${syncId(planId)}`)
    const shown = await run('workflows', 'show', syncId(planId), '--json')
    expect(jsonLines(shown.stdout)).toMatchObject([{ status: 'Running' }])
  })

  test('of a plan that does not exist exits with 3, with the code and the request id', async () => {
    const people = await run('plans', 'sync', 'plan_none')
    expect(people.code).toBe(3)
    expect(people.stdout).toBe('')
    expect(people.stderr).toMatch(
      /^Error \(not_found\): .*plan_none.*\n {2}id: "plan_none"\n {2}request id: \S+\n$/,
    )
    const programs = await run('plans', 'sync', 'plan_none', '--json')
    expect(jsonLines(programs.stderr)).toMatchObject([
      { code: 'not_found', request_id: expect.any(String), exit_code: 3 },
    ])
  })

  test("of another tenant's plan exits with 3 too", async () => {
    const { planId } = await planToSync(stack, 1)
    const { secret } = await createApiKey(await stack.database.newTenant(), { name: 'stranger' })
    const { code } = await runCli(['plans', 'sync', planId, '--api-key', secret], stack.environment)
    expect(code).toBe(3)
  })
})

describe('run', () => {
  test('starts a workflow by its name and its fields, and waits for its result', async () => {
    const { planId } = await planToSync(stack, 3)
    const { code, stdout } = await run('run', 'price-sync', '--plan-id', planId, '--wait', '--json')
    expect(code).toBe(0)
    expect(jsonLines(stdout)).toMatchObject([{ status: 'Completed', result: { prices_added: 3 } }])
  })

  test('without --wait answers with the ids at once', async () => {
    const { planId } = await planToSync(stack, 1)
    const { code, stdout, stderr } = await run('run', 'price-sync', '--plan-id', planId)
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`workflow_id: +${syncId(planId)}\\n`))
    expect(stderr).toContain('--watch')
  })
})

describe('workflows', () => {
  test('list, show, result and cancel tell of one workflow', async () => {
    const { planId, subscriptionIds } = await planToSync(stack, 2)
    const id = syncId(planId)
    {
      await using _hold = await holdSubscription(subscriptionIds[0])
      await run('plans', 'sync', planId)
      const running = await run('workflows', 'result', id, '--json')
      expect(running.code).toBe(0)
      expect(jsonLines(running.stdout)).toMatchObject([{ workflow_id: id, status: 'Running' }])
      expect(await run('workflows', 'cancel', id)).toMatchObject({ code: 0, stderr: '' })
      const ended = await run('workflows', 'result', id, '--wait')
      expect(ended.code).toBe(1)
      expect(ended.stdout).toMatch(/status: +Canceled/)
      expect(ended.stderr).toContain('Error (canceled): The workflow was cancelled')
    }
    const shown = await run('workflows', 'show', id)
    expect(shown.stdout).toMatch(/workflow_type: +PriceSyncWorkflow/)
    const list = () => run('workflows', 'list', '--workflow', 'price-sync', '--entity-id', planId)
    // Temporal's list lags behind.
    await expect.poll(async () => (await list()).stdout, { timeout: 20_000 }).toContain('Canceled')
    const [heading, row] = (await list()).stdout.split('\n')
    expect(heading).toMatch(/^WORKFLOW ID +STATUS +STARTED +DURATION$/)
    expect(row).toMatch(new RegExp(`^${id} +Canceled +\\d{4}-`))
  })

  test('list pages, and says how to see more', async () => {
    const { planId } = await planToSync(stack, 1)
    await run('plans', 'sync', planId, '--wait')
    await run('plans', 'sync', planId, '--wait')
    const list = () => run('workflows', 'list', '--entity-id', planId, '--limit', '1')
    await expect
      .poll(async () => (await list()).stderr, { timeout: 20_000 })
      .toBe('1 of 2; more with --offset 1\n')
    const json = await run('workflows', 'list', '--entity-id', planId, '--json')
    expect(jsonLines(json.stdout)).toMatchObject([{ items: [{}, {}], pagination: { total: 2 } }])
  })

  test('an unknown one exits with 3', async () => {
    for (const command of ['show', 'result', 'cancel']) {
      expect(await run('workflows', command, 'nothing')).toMatchObject({ code: 3, stdout: '' })
    }
  })
})

test("queues lists the platform's queues and who polls them, by the metrics and without a key", async () => {
  const environment = { FLEXPRICE_METRICS_URL: stack.gateway.metricsUrl }
  const { code, stdout } = await runCli(['queues'], environment)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^QUEUE +WORKFLOW +BACKLOG +OLDEST +POLLERS\n/)
  expect(stdout).toMatch(/^PriceSyncWorkflowTaskQueue +price-sync +\d/m)
  const [answer] = jsonLines((await runCli(['queues', '--json'], environment)).stdout)
  const { items } = z
    .object({ items: z.array(z.object({ workflow: z.string(), pollers: z.int() })) })
    .parse(answer)
  // Temporal goes on naming a worker for minutes after it has gone: an earlier test's may be among them.
  expect(items.find(({ workflow }) => workflow === 'price-sync')?.pollers).toBeGreaterThanOrEqual(1)
})

test('a bad key exits with 4, before anything is started', async () => {
  const { planId } = await planToSync(stack, 1)
  const { code, stderr } = await run('plans', 'sync', planId, '--api-key', 'sk_wrong')
  expect(code).toBe(4)
  expect(stderr).toContain('Error (permission_denied): The API key is not valid')
  expect(await run('workflows', 'show', syncId(planId))).toMatchObject({ code: 3 })
})
