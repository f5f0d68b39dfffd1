import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { testProcessEnvironment } from './config.ts'

/** One of our services as a process of its own, as it runs in production. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string
  /** Where its metrics are: a gateway's have a port of their own. */
  readonly metricsUrl: string
  /** The lines that it has logged so far. */
  logLines(): readonly string[]
  /** `kill -9`: the process gets to do nothing. */
  kill(): Promise<void>
  /** SIGTERM, and waits for the end: its exit code. */
  stop(): Promise<number | null>
}

type Environment = Readonly<Record<string, string>>

/**
 * Starts `services/<name>` on free ports, or on the `PORT` that it is given, and waits until it says that it is ready. Its environment is
 * what is given here and, for a busy machine, more patience, and nothing else. Disposing kills it, and throws if it had ended by itself.
 *
 * @param timeoutMs how long it may take to get ready; a hook's own two minutes end sooner than a longer one
 */
export async function startService(
  name: string,
  environment: Environment,
  timeoutMs = readyTimeoutMs,
): Promise<ServiceProcess> {
  const [freePort, metricsPort] = await freePorts()
  const port = environment.PORT ?? freePort
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [mainOf(name)], {
    env: {
      HOST: '127.0.0.1',
      PORT: port,
      HEALTH_PORT: port,
      METRICS_PORT: metricsPort,
      ...testProcessEnvironment(),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const ended = once(child, 'exit')
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let told = false

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (!told && hasEnded(child)) throw new Error(`${name} has ended by itself:\n${output().slice(-5_000)}`)
    told = true
    child.kill(signal)
    await ended
    process.off('exit', killWithUs)
  }
  const service: ServiceProcess = {
    url,
    metricsUrl: name === 'gateway' ? `http://127.0.0.1:${metricsPort}/metrics` : `${url}/metrics`,
    logLines: () => output().split('\n').filter(Boolean),
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM')
      return child.exitCode
    },
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  }
  try {
    await untilReady(url, child, timeoutMs)
  } catch (error) {
    if (!hasEnded(child)) await service.kill()
    throw new Error(`${name} does not get ready:\n${output().slice(-5_000)}`, { cause: error })
  }
  return service
}

const readyTimeoutMs = 110_000
const answerTimeoutMs = 5_000
const pollMs = 50

function mainOf(name: string): string {
  return fileURLToPath(new URL(`../../../services/${name}/src/main.ts`, import.meta.url))
}

function collect({ stdout, stderr }: ChildProcess): () => string {
  let text = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return () => text
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function untilReady(url: string, child: ChildProcess, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const signal = AbortSignal.timeout(answerTimeoutMs)
    const answer = await fetch(`${url}/health/ready`, { signal }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.status === 200) return
    if (hasEnded(child)) throw new Error('It has ended')
    if (performance.now() > deadline) throw new Error(`Not ready after ${timeoutMs} ms`)
    await sleep(pollMs)
  }
}

/** Two that differ: both are held before one is given back. */
async function freePorts(): Promise<readonly [string, string]> {
  const servers = [createServer(), createServer()] as const
  const [one, other] = await Promise.all([holdPort(servers[0]), holdPort(servers[1])])
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return [one, other]
}

async function holdPort(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port')
  return String(address.port)
}
