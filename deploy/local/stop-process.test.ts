import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { identify, isAlive } from './process-identity.ts'
import { stopProcess, stopProcesses } from './stop-process.ts'

const started: number[] = []

afterEach(() => {
  for (const pid of started.splice(0)) if (identify(pid)) process.kill(pid, 'SIGKILL')
})

/** A process as a part is started: the leader of its own group. It says a number when it has its signal handlers. */
async function part(name: string, code: string) {
  const script = `let says = 0; ${code}; console.log(says); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [said] = await once(child.stdout, 'data')
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (!identity) throw new Error('it did not start')
  started.push(identity.pid)
  return { name, ...identity, stop_signal: 'SIGTERM', said: Number(said) } as const
}

it('a process that has the id of a former one is left alone', async () => {
  const stranger = await part('stranger', '')
  const former = { ...stranger, started: `${stranger.started}0` }
  expect(await stopProcess(former)).toBe(true)
  expect(isAlive(stranger)).toBe(true)
})

it('a process ends by its own signal, and may take its time within the grace', async () => {
  const polite = await part('polite', `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300))`)
  const begun = performance.now()
  expect(await stopProcess(polite, 5_000)).toBe(true)
  expect(performance.now() - begun).toBeGreaterThan(250)
  expect(isAlive(polite)).toBe(false)
})

it('a process that does not listen is killed after the grace, with its children', async () => {
  const child = `says = require('child_process').spawn('sleep', ['1000'], { stdio: 'ignore' }).pid`
  const deaf = await part('deaf', `process.on('SIGTERM', () => {}); ${child}`)
  expect(identify(deaf.said)).toBeDefined()
  expect(await stopProcess(deaf, 200)).toBe(true)
  expect(isAlive(deaf)).toBe(false)
  await expect.poll(() => identify(deaf.said)).toBeUndefined()
})

it('processes are stopped one after the other, the last started first', async () => {
  const parts = [await part('postgres', ''), await part('temporal', ''), await part('worker', '')]
  const order: string[] = []
  const survivors = await stopProcesses(parts, (name) => {
    order.push(name)
    expect(parts.filter(isAlive).at(-1)?.name).toBe(name)
  })
  expect(order).toEqual(['worker', 'temporal', 'postgres'])
  expect(survivors).toEqual([])
})

it('stopping what has ended already is no error', async () => {
  const brief = await part('brief', '')
  process.kill(brief.pid, 'SIGKILL')
  expect(await stopProcess(brief)).toBe(true)
  expect(await stopProcess(brief)).toBe(true)
})
