import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { compileCacheDir } from './config.ts'
import { freePort, gatewayPort } from './free-port.ts'
import type { StartedProcess } from './process-table.ts'
import type { StackRun } from './stack-run.ts'
import { StepFailure } from './step-failure.ts'
import { waitUntilReady } from './wait-until-ready.ts'
import { workerFlags } from './worker-flags.ts'

export interface ServicesPart {
  readonly taken: string
  readonly gatewayUrl: string
  readonly metricsUrl: string
  /** By the worker's name. */
  readonly workerUrls: Readonly<Record<string, string>>
  readonly names: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

interface StartedService {
  readonly process: StartedProcess
  readonly url: string
}

const readyTimeoutMs = 60_000
const answerTimeoutMs = 5_000
const gateway = 'gateway'
const workerPrefix = 'worker-'

/** Starts the gateway and every worker that has a folder, and waits until all say that they are ready. */
export async function startServices(
  run: StackRun,
  environment: Environment,
  tell: (doing: string) => void,
): Promise<ServicesPart> {
  const names = serviceNames(run.config.repositoryDir)
  const started: StartedService[] = []
  const metricsPort = await freePort('gateway-metrics', run.settings)
  for (const name of names) {
    const port =
      name === gateway ? await gatewayPort(run.config.given.gatewayPort) : await freePort(name, run.settings)
    started.push(startService(run, name, port, { ...environment, METRICS_PORT: String(metricsPort) }))
  }
  let waiting = names
  await Promise.all(
    started.map(async (service) => {
      await waitForService(run, service)
      waiting = waiting.filter((name) => name !== service.process.name)
      if (waiting.length > 0) tell(`waiting for ${waiting.join(', ')}`)
    }),
  )
  const gatewayUrl = started.find((service) => service.process.name === gateway)?.url
  if (gatewayUrl === undefined) throw new Error('The gateway is not among the services that were started.')
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
  const workers = started.filter((service) => service.process.name !== gateway)
  const workerUrls = Object.fromEntries(workers.map(({ process, url }) => [process.name, url]))
  return { taken: `${names.join(', ')} ready`, gatewayUrl, metricsUrl, workerUrls, names }
}

/** A further process of a worker, under a name of its own, once it is ready. */
export async function startFurtherWorker(
  run: StackRun,
  environment: Environment,
  { worker, name }: { readonly worker: string; readonly name: string },
): Promise<void> {
  const port = await freePort(name, run.settings)
  await waitForService(run, startService(run, worker, port, environment, name))
}

function startService(
  run: StackRun,
  service: string,
  port: number,
  environment: Environment,
  name = service,
): StartedService {
  const process = run.processes.start({
    name,
    command: globalThis.process.execPath,
    args: [...flagsOf(service), path.join('src', 'main.ts')],
    environment: {
      ...environment,
      HOST: '127.0.0.1',
      NODE_COMPILE_CACHE: compileCacheDir(run.config),
      // A worker's only HTTP endpoints are those of health and metrics.
      ...(service === gateway ? { PORT: String(port) } : { PORT: undefined, HEALTH_PORT: String(port) }),
    },
    cwd: path.join(run.config.repositoryDir, 'services', service),
    stopSignal: 'SIGTERM',
  })
  return { process, url: `http://127.0.0.1:${port}` }
}

function flagsOf(service: string): readonly string[] {
  return service === gateway ? [] : workerFlags(service.slice(workerPrefix.length))
}

function waitForService(run: StackRun, service: StartedService): Promise<void> {
  return waitUntilReady({
    step: 'Services',
    process: service.process,
    timeoutMs: readyTimeoutMs,
    remedy: `Its log says why. To run it in an editor: npm run up -- --only servers, with the URLs of .local/stack.json.`,
    signal: run.signal,
    isReady: async () => {
      const answer = await fetch(`${service.url}/health/ready`, {
        signal: AbortSignal.timeout(answerTimeoutMs),
      })
      const body = await answer.text()
      if (answer.status !== 200) throw new Error(`/health/ready answers ${answer.status} ${body}`)
    },
  })
}

/** The gateway comes first and is stopped last but for the servers, so that a worker's stop can be watched through it. */
function serviceNames(repositoryDir: string): readonly string[] {
  const dir = path.join(repositoryDir, 'services')
  const names = readdirSync(dir)
    .filter((name) => name === gateway || name.startsWith(workerPrefix))
    .filter((name) => existsSync(path.join(dir, name, 'src', 'main.ts')))
    .toSorted()
  if (names.includes(gateway)) return names
  throw new StepFailure(
    'Services',
    `There is no ${path.join(dir, gateway, 'src', 'main.ts')}.`,
    'Is the clone whole?',
  )
}
