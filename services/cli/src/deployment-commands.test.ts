import { randomUUID } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import { probe, probeBundle } from '@flexprice/testing/probe'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { expect, test } from 'vitest'
import { runCommandLine } from './run-command-line.ts'

/** A workflow whose worker no other test has: which version a queue has is kept by the server. */
const unique = randomUUID().slice(0, 8)
const taskQueue = `Probe${unique}TaskQueue` as const
const definition = { ...probe.definition, name: `probe-${unique}`, taskQueue }
const worker = `worker-probe-${unique}`

async function flexprice(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const { address, namespace } = testTemporalSettings()
  const { whenRunning: _, ...rest } = probe
  const code = await runCommandLine(args, {
    variables: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
    stdin: Readable.from([]),
    stdout,
    stderr,
    workflows: { probe: { ...rest, definition } },
    operations: [],
  })
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr) }
}

const startVersion = (buildId: string) =>
  startTestWorker({
    definition,
    activities: {},
    bundle: probeBundle,
    config: { deployment: { deploymentName: worker, buildId } },
  })

test('a version is promoted once each worker has a process of it, and status tells of all versions', {
  timeout: 120_000,
}, async () => {
  const early = await flexprice('deployments', 'promote', 'r1', '--wait', '0')
  expect(early).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`yet: ${worker}. Nothing was promoted`),
  })

  await using _one = await startVersion('r1')
  expect(await flexprice('deployments', 'promote', 'r1')).toEqual({
    code: 0,
    stdout: `${worker}: none → r1\n`,
    stderr: '',
  })
  await using _two = await startVersion('r2')
  const promoted = await flexprice('deployments', 'promote', 'r2', worker, '--json')
  expect(JSON.parse(promoted.stdout)).toEqual({
    promoted: [{ deployment: worker, version: 'r2', previous: 'r1' }],
  })

  const { items } = JSON.parse((await flexprice('deployments', 'status', '--json')).stdout)
  const states = items.filter((item: { deployment: string }) => item.deployment === worker)
  expect(states).toEqual([
    { deployment: worker, version: 'r1', state: expect.stringMatching(/^drain(ing|ed)$/), running: 0 },
    { deployment: worker, version: 'r2', state: 'current', running: 0, current_since: expect.any(String) },
  ])
  const people = await flexprice('deployments', 'status')
  expect(people.stdout).toMatch(new RegExp(`${worker}.*r2.*current`))

  // Back again.
  expect((await flexprice('deployments', 'promote', 'r1')).stdout).toBe(`${worker}: r2 → r1\n`)
})

test('a time that is none is refused before anything is asked', async () => {
  const refused = await flexprice('deployments', 'promote', 'r1', '--wait', 'long')
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--wait is "long"') })
})
