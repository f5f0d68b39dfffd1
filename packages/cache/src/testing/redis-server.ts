import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { testStack } from '@flexprice/testing'
import { createClient } from 'redis'

/** A server of the test's own, to be killed: the program that the stack's server runs, on another port. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  start(): void
  /** By SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void>
}

export async function startRedisServer(): Promise<RedisServer> {
  const [program, port] = [await programOfTheStack(), await freePort()]
  // A replica writes what it is sent into its folder.
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-redis-'))
  let running: ChildProcess | undefined
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    start() {
      const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
      running = spawn(program, [...args, '--dir', dir], { stdio: 'ignore' })
    },
    async kill() {
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
      const gone = once(running, 'exit')
      running.kill('SIGKILL')
      await gone
    },
    async [Symbol.asyncDispose]() {
      await server.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  server.start()
  return server
}

async function programOfTheStack(): Promise<string> {
  const client = createClient({ url: testStack().redisUrl })
  try {
    await client.connect()
    const [, program] = /^executable:(.+?)\r?$/m.exec(await client.info('server')) ?? []
    if (program === undefined) throw new Error('The test stack’s Redis does not say which program it is')
    return program
  } finally {
    client.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('No port is free')
  return address.port
}
