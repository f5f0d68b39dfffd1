import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { throwAwayConfig } from '@flexprice/local-stack/config'
import { pythonTool } from '@flexprice/local-stack/python-tools'
import { createStackRun } from '@flexprice/local-stack/stack-run'

export interface Balancer extends AsyncDisposable {
  readonly url: string
  /** What it has said so far. */
  log(): string
}

const caddyfile = path.resolve(import.meta.dirname, '../../../deploy/Caddyfile')
const listenTimeoutMs = 20_000

/** Caddy with the settings that compose gives it, before gateways that listen on these ports, now or later. */
export async function startBalancer(gatewayPorts: readonly string[]): Promise<Balancer> {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-balancer-'))
  const run = createStackRun(
    throwAwayConfig(dir),
    { throwAway: true, signal: new AbortController().signal },
    () => undefined,
  )
  const port = await freePort()
  const child = spawn(
    await pythonTool(run, 'caddy'),
    ['run', '--config', caddyfile, '--adapter', 'caddyfile'],
    {
      env: {
        PORT: port,
        GATEWAYS: gatewayPorts.map((gatewayPort) => `127.0.0.1:${gatewayPort}`).join(' '),
        XDG_CONFIG_HOME: dir,
        XDG_DATA_HOME: dir,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const url = `http://127.0.0.1:${port}`
  const deadline = performance.now() + listenTimeoutMs
  while (!said.includes('serving initial configuration')) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`Caddy does not serve:\n${said}`)
    await sleep(50)
  }
  return {
    url,
    log: () => said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      process.off('exit', killWithUs)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** One that a gateway, or its successor, is to listen on. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port')
  return String(address.port)
}
