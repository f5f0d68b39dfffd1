import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { CodedError } from '@flexprice/domain'
import type { Deployments, DeploymentVersion } from '@flexprice/temporal-client'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { usageFailure } from '../command-failure.ts'
import { temporalConfig } from '../config.ts'
import { table } from '../output.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'

export function addDeployments(program: CommandUnknownOpts, context: CommandContext): void {
  const group = commandGroup(
    program,
    'deployments',
    'versions of workers, side by side; reads TEMPORAL_ADDRESS and its siblings',
    'deployments status',
  )
  addStatus(group, context)
  addPromote(group, context)
}

function addStatus(group: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(
    group,
    'status',
    'each version of each worker: whether new runs begin on it, and how many are on it',
  )
    .addHelpText('after', examples('deployments status --json'))
    .action(async (options) => {
      const items = await withDeployments(context, (deployments) => deployments.versions())
      const headings = ['worker', 'version', 'state', 'running', 'current since']
      outputOf(context, options).result({ items: items.map(wireOf) }, () =>
        items.length === 0 ? 'No worker has a version.' : table(headings, items.map(rowOf)),
      )
    })
}

function addPromote(group: CommandUnknownOpts, context: CommandContext): void {
  jsonCommand(group, 'promote', 'from now on new runs begin on this version; those under way end on theirs')
    .argument('<version>')
    .argument('[workers...]', 'those meant; all, if none is named')
    .option('--wait <seconds>', 'for each worker to have a process of the version', '60')
    .addHelpText('after', examples('deployments promote r2', 'deployments promote r1 worker-price-sync'))
    .action(async (version, workers, options) => {
      const wanted = workers.length > 0 ? workers : allWorkers(context)
      const waitMs = secondsOf(options.wait) * msPerSecond
      const promoted = await withDeployments(context, async (deployments) => {
        await untilThere(deployments, { wanted, version, waitMs })
        const done: { deployment: string; version: string; previous: string | null }[] = []
        for (const deployment of wanted) {
          done.push({ deployment, version, previous: await deployments.promote(deployment, version) })
        }
        return done
      })
      outputOf(context, options).result({ promoted }, () =>
        promoted
          .map(({ deployment, previous }) => `${deployment}: ${previous ?? 'none'} → ${version}`)
          .join('\n'),
      )
    })
}

/** None is promoted before all can be: half a release would be harder to tell than none. */
async function untilThere(
  deployments: Deployments,
  { wanted, version, waitMs }: { wanted: readonly string[]; version: string; waitMs: number },
): Promise<void> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const there = (await deployments.versions()).filter((one) => one.version === version)
    const missing = wanted.filter((name) => !there.some(({ deployment }) => deployment === name))
    if (missing.length === 0) return
    if (performance.now() >= deadline) {
      throw new CodedError(
        'not_found',
        `No process of version ${version} has asked for work yet: ${missing.join(', ')}. Nothing was promoted`,
      )
    }
    await sleep(pollMs)
  }
}

const pollMs = 1_000
const msPerSecond = 1_000
const waitSecondsMax = 3_600

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (text !== '' && seconds >= 0 && seconds <= waitSecondsMax) return seconds
  throw usageFailure(`--wait is "${text}", not a number of seconds up to ${waitSecondsMax}`)
}

/** As `services` has them, and as `k8s/versions` names their deployments. */
function allWorkers({ workflows }: CommandContext): string[] {
  return Object.values(workflows).map(({ definition }) => `worker-${definition.name}`)
}

function wireOf({ deployment, version, state, running, currentSince }: DeploymentVersion) {
  return {
    deployment,
    version,
    state,
    running,
    ...(currentSince && { current_since: currentSince.toISOString() }),
  }
}

function rowOf({ deployment, version, state, running, currentSince }: DeploymentVersion) {
  return [deployment, version, state, running, currentSince?.toISOString() ?? '–']
}

async function withDeployments<Answer>(
  context: CommandContext,
  work: (deployments: Deployments) => Promise<Answer>,
): Promise<Answer> {
  const settings = configured(context, temporalConfig)
  // Loaded here: Temporal's client takes longer to load than most commands to run.
  const { createTemporal } = await import('@flexprice/temporal-client')
  await using temporal = createTemporal(settings)
  return await work(temporal.deployments)
}
