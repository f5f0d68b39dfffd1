import { expect, test } from 'vitest'
import { startReceiver } from './testing/receiver.ts'
import { runInProcess } from './testing/run-in-process.ts'

const gauges = ['task_queue_backlog', 'task_queue_oldest_seconds', 'task_queue_pollers']
const headings = gauges.map((name) => `# HELP ${name} What it says\n# TYPE ${name} gauge\n`)
const ofPriceSync = (value: number) => `{queue="PriceSyncWorkflowTaskQueue",service="gateway"} ${value}\n`
const metrics = gauges.map(
  (name, index) => `${headings[index]}${name}${ofPriceSync([7, 1.25, 2][index] ?? 0)}`,
)

const run = (url: string, ...args: string[]) => runInProcess(['queues', '--metrics-url', url, ...args])

test.each(['', '/', '/metrics', '/metrics/'])(
  'the address may end with %j, and no key is sent',
  async (end) => {
    await using gateway = await startReceiver({ status: 200, body: metrics.join('') })
    const { code, stdout } = await run(gateway.url + end, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      items: [
        {
          name: 'PriceSyncWorkflowTaskQueue',
          workflow: 'price-sync',
          backlog: 7,
          backlog_age_ms: 1_250,
          pollers: 2,
        },
      ],
    })
    expect(gateway.received).toMatchObject([{ url: '/behind/a/proxy/metrics' }])
    expect(gateway.received[0]?.headers).not.toHaveProperty('x-api-key')
  },
)

test('people see a row a queue', async () => {
  await using gateway = await startReceiver({ status: 200, body: metrics.join('') })
  expect((await run(gateway.url)).stdout).toMatch(/^PriceSyncWorkflowTaskQueue +price-sync +7 +1\.25 s +2\n/m)
})

test('a gateway without Temporal exits with 5: there may be queues, and it does not know them', async () => {
  await using gateway = await startReceiver({ status: 200, body: headings.join('') })
  expect(await run(gateway.url)).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringContaining('does not reach Temporal'),
  })
})

test('what is no gateway with metrics says so', async () => {
  await using page = await startReceiver({ status: 200, body: '<html>' })
  await using closed = await startReceiver({ status: 200, body: '' })
  await closed[Symbol.asyncDispose]()
  await using api = await startReceiver({ status: 404, body: '{"code":"not_found"}' })
  for (const [{ url }, code] of [[page, 1] as const, [api, 3] as const]) {
    expect(await run(url)).toMatchObject({ code, stderr: expect.stringContaining('METRICS_PORT') })
  }
  expect(await run(closed.url)).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('ECONNREFUSED'),
  })
})
