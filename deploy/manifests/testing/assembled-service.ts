import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'

export interface AssembledOptions {
  /** The Node that runs it, which the plain user can reach. */
  readonly node: string
  /** What `assemble.sh` made. */
  readonly target: string
  readonly service: string
  readonly environment: Readonly<Record<string, string>>
}

export interface AssembledService extends AsyncDisposable {
  /** The image's own health check: its exit code. */
  probe(): Promise<number | null>
  /** SIGTERM, and waits for the end: its exit code. */
  stop(): Promise<number | null>
  output(): string
}

/** `nobody`, where the tests run as root; else whoever runs them. */
const plainUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const readyTimeoutMs = 60_000

/** Runs it as its image would: as a plain user, in the service's folder. Resolves once it is ready. */
export async function startAssembled(options: AssembledOptions): Promise<AssembledService> {
  const { node, target, service } = options
  const port = String(await getPort())
  const environment = { HOST: '127.0.0.1', HEALTH_PORT: port, ...options.environment }
  const cwd = path.join(target, 'services', service)
  const child = spawn(node, ['src/main.ts'], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...plainUser,
  })
  const ended = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const probe = async () => {
    const check = spawn(node, [path.join(target, 'healthy.mjs')], {
      cwd,
      env: environment,
      stdio: 'ignore',
      ...plainUser,
    })
    await once(check, 'exit')
    return check.exitCode
  }
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    return child.exitCode
  }
  const deadline = performance.now() + readyTimeoutMs
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.status === 200) break
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${service} does not get ready:\n${output.slice(-5_000)}`)
    }
    await sleep(100)
  }
  return {
    probe,
    stop,
    output: () => output,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}
