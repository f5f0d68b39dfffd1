import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { throwAwayConfig } from './config.ts'
import { identify, isAlive } from './process-identity.ts'
import { queryOnce } from './query-once.ts'
import { createStackFile, type Stack } from './stack-file.ts'

const startTimeoutMs = 240_000
const parentDir = mkdtempSync(path.join(tmpdir(), 'flexprice up-'))
const localDir = path.join(parentDir, 'a local folder')
const stackFile = createStackFile(localDir)
const { environment } = throwAwayConfig(localDir)

interface Ending {
  readonly code: number
  readonly output: string
}

function start(script: string, args: readonly string[]): { child: ChildProcess; ending: Promise<Ending> } {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, script), ...args], {
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  // Detached parts hold no pipe of ours, so "close" comes as soon as the command itself has ended.
  const ending = once(child, 'close').then(([code]: unknown[]) => ({
    code: Number(code),
    output: Buffer.concat(chunks).toString('utf8'),
  }))
  return { child, ending }
}

async function running(): Promise<Stack> {
  const deadline = performance.now() + startTimeoutMs
  for (;;) {
    const stack = stackFile.read()
    if (stack?.ready) return stack
    if (performance.now() > deadline) throw new Error('the stack did not become ready')
    await sleep(100)
  }
}

function partOf(stack: Stack, name: string) {
  const part = stack.processes.find((one) => one.name === name)
  if (!part) throw new Error(`${name} is not among the processes`)
  return part
}

beforeAll(() => chmodSync(parentDir, 0o755))
afterAll(async () => {
  await start('down.ts', ['--wipe']).ending
  rmSync(parentDir, { recursive: true, force: true })
})

describe('up --only servers --detach, in a folder with a space', () => {
  it('returns when the servers answer, and leaves them running', { timeout: startTimeoutMs }, async () => {
    const { code, output } = await start('up.ts', ['--only', 'servers', '--detach']).ending
    expect(output).toMatch(/✔ PostgreSQL: .* on 127\.0\.0\.1:/)
    expect(code, output).toBe(0)
    const stack = await running()
    expect(stack.processes.map(({ name }) => name)).toEqual(['postgres', 'redis', 'temporal'])
    expect(stack.processes.every(isAlive)).toBe(true)
    expect(stack.temporal_address).toMatch(/^127\.0\.0\.1:/)
    expect(stack.gateway_url).toBeUndefined()
  })

  it('watches over them: what is killed is started again', async () => {
    const before = partOf(await running(), 'redis')
    process.kill(before.pid, 'SIGKILL')
    await expect
      .poll(async () => partOf(await running(), 'redis').pid, { timeout: 20_000 })
      .not.toBe(before.pid)
    expect(isAlive(partOf(await running(), 'redis'))).toBe(true)
  })

  it('gives the services a role that owns nothing and cannot pass row security', async () => {
    const stack = await running()
    const [role] = await queryOnce(
      stack.database_url ?? '',
      `select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
        (select count(*)::int from pg_class c where c.relowner = r.oid) as owned
      from pg_roles r where rolname = current_user`,
    )
    expect(role).toEqual({
      rolname: 'flexprice_app',
      rolsuper: false,
      rolbypassrls: false,
      rolcreatedb: false,
      rolcreaterole: false,
      owned: 0,
    })
  })

  it('asks for a password, and listens on this machine alone', async () => {
    const stack = await running()
    const url = new URL(stack.database_url ?? '')
    url.password = 'wrong'
    await expect(queryOnce(url.href, 'select 1')).rejects.toThrow(/password/)
    const [row] = await queryOnce(stack.database_owner_url ?? '', 'show listen_addresses')
    expect(row).toEqual({ listen_addresses: '127.0.0.1' })
  })

  it("keeps nothing that others could read: logs, settings, Temporal's runs", async () => {
    await running()
    const files = globSync('{*,logs/*}', { cwd: localDir }).filter((file) =>
      statSync(path.join(localDir, file)).isFile(),
    )
    expect(files).toEqual(
      expect.arrayContaining(['stack.json', 'temporal.sqlite', path.join('logs', 'temporal.log')]),
    )
    const open = files.filter((file) => (statSync(path.join(localDir, file)).mode & 0o077) !== 0)
    expect(open).toEqual([])
  })

  it('says so when it runs already, and starts nothing', async () => {
    const before = await running()
    const { code, output } = await start('up.ts', ['--only', 'servers']).ending
    expect(output).toContain('It is running already')
    expect(code).toBe(0)
    expect(await running()).toEqual(before)
  })

  it('is stopped by down, which keeps the data and can be repeated', { timeout: 60_000 }, async () => {
    const { processes } = await running()
    const first = await start('down.ts', []).ending
    expect(first.output).toContain('Everything is stopped')
    expect(processes.some(isAlive)).toBe(false)
    expect(stackFile.read()).toBeUndefined()
    expect(existsSync(localDir)).toBe(true)
    expect(await start('down.ts', []).ending).toEqual({ code: 0, output: 'Nothing was running.\n' })
  })
})

describe('up in the foreground', () => {
  it('starts a part again that was killed, and at SIGTERM stops everything', {
    timeout: 120_000,
  }, async () => {
    const { child, ending } = start('up.ts', ['--only', 'servers'])
    const before = await running()
    const killed = before.processes.find(({ name }) => name === 'redis')
    if (!killed) throw new Error('redis runs')
    process.kill(killed.pid, 'SIGKILL')
    await expect
      .poll(() => stackFile.read()?.processes.find(({ name }) => name === 'redis')?.pid, { timeout: 20_000 })
      .not.toBe(killed.pid)
    const after = await running()
    child.kill('SIGTERM')
    const { code, output } = await ending
    expect(output).toContain('redis ended with signal SIGKILL')
    expect(output).toContain('Everything is stopped.')
    expect(code).toBe(0)
    expect([...before.processes, ...after.processes].some(isAlive)).toBe(false)
  })

  it('is cleared away by the next up when it was killed itself', { timeout: 120_000 }, async () => {
    const { child, ending } = start('up.ts', ['--only', 'servers'])
    const orphans = (await running()).processes
    child.kill('SIGKILL')
    await ending
    expect(orphans.every(isAlive)).toBe(true)
    // One of the parts gone: what is left is no whole stack any more.
    const redis = orphans.find(({ name }) => name === 'redis')
    if (redis && identify(redis.pid)?.started === redis.started) process.kill(redis.pid, 'SIGKILL')
    const next = await start('up.ts', ['--only', 'servers', '--detach']).ending
    expect(next.output).toContain('What is left of it is stopped first')
    expect(next.code, next.output).toBe(0)
    expect(orphans.some(isAlive)).toBe(false)
  })

  it('a wipe removes the folder', { timeout: 60_000 }, async () => {
    const { code } = await start('down.ts', ['--wipe']).ending
    expect(code).toBe(0)
    expect(existsSync(localDir)).toBe(false)
  })
})
