import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { idleMemoryMb, peakMemoryMb, resetPeakMemory } from '../process-usage.ts'

/** What somebody else sees of a gateway while it is attacked, and what the gateway holds. */
export interface Watched {
  /** By status. */
  readonly others: Readonly<Record<string, number>>
  /** Of those that were answered as usual. */
  readonly others_p99_ms: number
  readonly health_max_ms: number
  readonly recovered_s: number
  readonly memory_mb: { readonly before: number; readonly height: number; readonly after: number }
}

export interface Watching {
  readonly url: string
  readonly pid: number
  /** Of somebody who has no part in it, and a path that answers 200. */
  readonly key: string
  readonly path: string
}

/** Another one's requests, and the load balancer's question, one after the other, each over a connection of its own. */
export async function watch<Result>(
  { url, pid, key, path }: Watching,
  attack: () => Promise<Result>,
): Promise<Watched & { readonly attacked: Result }> {
  const before = await idleMemoryMb(pid)
  resetPeakMemory(pid)
  let isOver = false
  const attacked = attack().finally(() => {
    isOver = true
  })
  const ask = () => answer(`${url}${path}`, { 'x-api-key': key })
  const repeat = async (pauseMs: number, one: () => Promise<Answer>) => {
    const answers: Answer[] = []
    while (!isOver) {
      answers.push(await one())
      await sleep(pauseMs)
    }
    return answers
  }
  const [others, health, result] = await Promise.all([
    repeat(pauseMs, ask),
    repeat(pauseMs, () => answer(`${url}/health/ready`, {})),
    attacked,
  ])
  const recovered_s = await recovery(ask)
  const height = peakMemoryMb(pid)
  return {
    attacked: result,
    others: countOf(others),
    others_p99_ms: p99(others.filter(({ status }) => status === '200')),
    health_max_ms: Math.round(
      Math.max(...health.map(({ status, ms }) => (status === '200' ? ms : patienceMs))),
    ),
    recovered_s,
    memory_mb: { before, height, after: await idleMemoryMb(pid) },
  }
}

const pauseMs = 50
const patienceMs = 30_000

interface Answer {
  readonly status: string
  readonly ms: number
}

function answer(url: string, headers: Record<string, string>): Promise<Answer> {
  const started = performance.now()
  return new Promise((resolve) => {
    const end = (status: string) => resolve({ status, ms: performance.now() - started })
    const request = get(url, { headers, agent: false, timeout: patienceMs }, (response) => {
      response.resume().once('end', () => end(String(response.statusCode)))
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => end('none'))
  })
}

/** Seconds from the end of an attack until so many in a row are answered as usual. */
async function recovery(ask: () => Promise<Answer>): Promise<number> {
  const ended = performance.now()
  let usualSince = ended
  for (let usual = 0; usual < usualAnswers; ) {
    const { status } = await ask()
    usual = status === '200' ? usual + 1 : 0
    if (usual === 0) usualSince = performance.now()
    if (usualSince - ended > recoveryMsMax) break
    await sleep(pauseMs)
  }
  return Math.round((usualSince - ended) / 100) / 10
}

const usualAnswers = 20
const recoveryMsMax = 60_000

function countOf(answers: readonly Answer[]): Record<string, number> {
  const byStatus = Map.groupBy(answers, ({ status }) => status)
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, some.length]))
}

function p99(answers: readonly Answer[]): number {
  const times = answers.map(({ ms }) => ms).toSorted((left, right) => left - right)
  return Math.round(times[Math.floor(times.length * 0.99)] ?? 0)
}
