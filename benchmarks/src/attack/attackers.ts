// Who attacks, as a process of its own: what it costs to send and to read is not the watcher's. Prints what was answered.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sendLargeBodies } from '@flexprice/testing'
import type { Attack, Attacked } from './attack-kinds.ts'
import { askOver, openConnection } from './flood-connection.ts'

const slowBodyBytes = 50_000

const attack: Attack = JSON.parse(process.argv[2] ?? '')
async function run(attack: Attack): Promise<Attacked> {
  switch (attack.kind) {
    case 'requests':
      return floodOfRequests(attack)
    case 'large-bodies':
      return count((await sendLargeBodies(attack.url, keysOf(attack))).map((status) => [status, 0]))
    case 'slow-bodies':
      return count((await sendSlowBodies(attack)).map((status) => [status, 0]))
  }
}

/** All connections are open before the first asks: how fast they can be opened is not what is measured. */
async function floodOfRequests(attack: Attack): Promise<Attacked> {
  const { url, connections, seconds, path, keys } = attack
  const answers: [string, number][] = []
  const sockets = await Promise.all(Array.from({ length: connections }, () => openConnection(url)))
  const endsAt = performance.now() + seconds * 1_000
  let wrong = 0
  await Promise.all(
    sockets.map((socket, client) => {
      const known = keys[client % Math.max(keys.length, 1)]
      const head = () =>
        `GET ${path} HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${known ?? `sk_wrong_${client}_${wrong++}`}\r\n\r\n`
      return askOver(socket, endsAt, head, (status, ms) => answers.push([status, ms]))
    }),
  )
  return count(answers)
}

/** A head, and then a byte a second of a body that never ends. */
async function sendSlowBodies(attack: Attack): Promise<string[]> {
  const { hostname, port } = new URL(attack.url)
  const ends = performance.now() + attack.seconds * 1_000
  return Promise.all(
    keysOf(attack).map(async (key) => {
      const socket = connect(Number(port), hostname)
      let answer = ''
      socket.on('error', () => undefined).setEncoding('latin1')
      socket.on('data', (text: string) => {
        answer += text
      })
      socket.write(
        `POST ${attack.path} HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${key}\r\n` +
          `content-type: application/json\r\ncontent-length: ${slowBodyBytes}\r\n\r\n`,
      )
      while (performance.now() < ends && answer === '' && !socket.destroyed) {
        socket.write(' ')
        await sleep(1_000)
      }
      socket.destroy()
      return /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none'
    }),
  )
}

function keysOf({ keys, connections }: Attack): string[] {
  return Array.from({ length: connections }, (_, index) => keys[index % keys.length] ?? '')
}

function count(answers: readonly (readonly [status: string, ms: number])[]): Attacked {
  const byStatus = Map.groupBy(answers, ([status]) => status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => {
      const times = some.map(([, ms]) => ms).toSorted((left, right) => left - right)
      return [status, { count: some.length, p99_ms: times[Math.floor(times.length * 0.99)] ?? 0 }]
    }),
  )
}

process.stdout.write(JSON.stringify(await run(attack)))
process.exit(0)
