import { chmodSync, existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { freePort } from './free-port.ts'
import { runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'
import { temporalOnPath, temporalProgram } from './temporal-program.ts'
import { waitUntilReady } from './wait-until-ready.ts'

export interface TemporalPart {
  readonly taken: string
  readonly address: string
  readonly uiUrl: string | undefined
}

/** How tests use it: nothing kept, namespaces for parallel test files, no page. */
export interface TemporalOptions {
  readonly namespaces: readonly string[]
}

const searchAttributes = ['TenantId', 'EnvironmentId', 'EntityType', 'EntityId', 'RequestId']
/** As in deploy/temporal/dynamic-config.yaml, where it says why. */
export const dynamicSettings: readonly string[] = [
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'matching.longPollExpirationInterval="5s"',
]
/** That of the settings: what the gateway of our own server is told. */
export const longPollMs = 5_000
const readyTimeoutMs = 30_000
const commandTimeoutMs = 15_000

/** Temporal: the given server (with our search attributes, made if missing), else the development server. */
export async function startTemporal(
  run: StackRun,
  options: TemporalOptions,
  tell: (doing: string) => void,
): Promise<TemporalPart> {
  const { temporalAddress } = run.config.given
  if (temporalAddress) {
    tell('checking the search attributes')
    const remark = await checkGiven(run, temporalAddress)
    return {
      taken: `TEMPORAL_ADDRESS (${temporalAddress})${remark}`,
      address: temporalAddress,
      uiUrl: undefined,
    }
  }
  const program = await temporalProgram(run, tell)
  const port = await freePort('temporal', run.settings)
  const uiPort = run.throwAway ? undefined : await freePort('temporal-ui', run.settings)
  const address = `127.0.0.1:${port}`
  const server = run.processes.start({
    name: 'temporal',
    command: program.command,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'],
      ...dynamicSettings.flatMap((setting) => ['--dynamic-config-value', setting]),
      ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
      ...(run.throwAway ? [] : storageArgs(run.config.localDir)),
      ...options.namespaces.flatMap((namespace) => ['--namespace', namespace]),
      ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    environment: ownEnvironment(run),
    cwd: run.config.localDir,
    stopSignal: 'SIGTERM',
  })
  await waitUntilReady({
    step: 'Temporal',
    process: server,
    timeoutMs: readyTimeoutMs,
    remedy: 'The log says why. Or give a running server by TEMPORAL_ADDRESS.',
    signal: run.signal,
    isReady: () =>
      listSearchAttributes(
        run,
        program.command,
        address,
        options.namespaces.at(-1) ?? 'default',
        ownEnvironment(run),
      ),
  })
  // The server makes it for everybody to read, and nothing where it is there already; what SQLite adds has its rights.
  for (const file of globSync(`${storageName}*`, { cwd: run.config.localDir })) {
    chmodSync(path.join(run.config.localDir, file), 0o600)
  }
  const uiUrl = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`
  return { taken: `${program.taken} on ${address}`, address, uiUrl }
}

const storageName = 'temporal.sqlite'

function storageArgs(localDir: string): readonly string[] {
  // Without these two the development server does 20 workflows a second instead of 47.
  const pragmas = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL']
  return ['--db-filename', path.join(localDir, storageName), ...pragmas]
}

/** Makes what is missing when Temporal's command line is at hand; without it the workers will say what they miss. */
async function checkGiven(run: StackRun, address: string): Promise<string> {
  const namespace = run.config.given.temporalNamespace
  const command = (await temporalOnPath(run))?.command ?? fetchedProgram(run)
  if (!command)
    return `, its search attributes unchecked: that needs the temporal CLI. Remedy: ${createCommand(address, namespace)}`
  let missing: readonly string[]
  try {
    const present = await listSearchAttributes(run, command, address, namespace)
    missing = searchAttributes.filter((name) => !present.has(name))
  } catch (error) {
    throw new StepFailure(
      'Temporal',
      `TEMPORAL_ADDRESS does not answer: ${reasonOf(error)}`,
      'Start that server and its namespace, set TEMPORAL_API_KEY or TEMPORAL_TLS_* if it asks for them, or leave TEMPORAL_ADDRESS out.',
    )
  }
  if (missing.length === 0) return ''
  const options = { timeoutMs: commandTimeoutMs }
  try {
    await runCommand(run, command, createArgs(address, namespace, missing), options)
    return `, search attributes made: ${missing.join(', ')}`
  } catch (error) {
    throw new StepFailure(
      'Temporal',
      `Namespace ${namespace} lacks the search attributes ${missing.join(', ')}, and they could not be made: ${reasonOf(error)}`,
      `Have someone who may do it run: ${createCommand(address, namespace)}`,
    )
  }
}

function fetchedProgram(run: StackRun): string | undefined {
  return ['venv', 'python']
    .map((folder) => path.join(run.config.toolsDir, folder, 'bin', 'temporal'))
    .find((file) => existsSync(file))
}

function createCommand(address: string, namespace: string): string {
  return ['temporal', ...createArgs(address, namespace, searchAttributes)].join(' ')
}

function createArgs(address: string, namespace: string, names: readonly string[]): readonly string[] {
  return [
    ...['operator', 'search-attribute', 'create', '--address', address, '--namespace', namespace],
    ...names.flatMap((name) => ['--name', name, '--type', 'Keyword']),
  ]
}

/** Our own server asks for no TLS and no key, whatever the person's settings for another one say. */
function ownEnvironment(run: StackRun): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(run.config.environment).filter(([name]) => !name.startsWith('TEMPORAL_')),
  )
}

const attributeListSchema = z.object({ customAttributes: z.record(z.string(), z.unknown()).optional() })

async function listSearchAttributes(
  run: StackRun,
  command: string,
  address: string,
  namespace: string,
  environment = run.config.environment,
): Promise<ReadonlySet<string>> {
  const args = [
    'operator',
    'search-attribute',
    'list',
    '--address',
    address,
    '--namespace',
    namespace,
    '-o',
    'json',
  ]
  const said = await runCommand(run, command, args, { timeoutMs: commandTimeoutMs, environment })
  return new Set(Object.keys(attributeListSchema.parse(JSON.parse(said)).customAttributes ?? {}))
}
