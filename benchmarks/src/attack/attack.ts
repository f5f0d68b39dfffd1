import { readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { createApiKey } from '@flexprice/database/tenancy'
import type { BenchStack } from '../bench-stack.ts'
import { startBareServer } from '../gateway/start-bare-gateway.ts'
import { round } from '../report.ts'
import type { Attack, Attacked } from './attack-kinds.ts'
import type { AttackRow } from './attack-table.ts'
import { startAttack } from './start-attack.ts'
import { type Watching, watch } from './watch.ts'

const sizes = {
  s: { connections: 500, seconds: 5, bodies: 40 },
  m: { connections: 1_000, seconds: 10, bodies: 160 },
  l: { connections: 3_000, seconds: 30, bodies: 160 },
} as const
/** As many as P11 has. */
const idleConnections = 64
const keysOfMany = 8
/** Until the gateway gives up what arrives too slowly, and a rest. */
const slowSeconds = 35

/** What a gateway holds and answers under attack, against itself at rest and a bare 503 under the same one. */
export async function* benchAttack(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<AttackRow> {
  const { connections, seconds, bodies } = sizes[size]
  const { path, keys } = await makeData(stack)
  const [victim = '', ...many] = keys
  const watching: Watching = { url: stack.gatewayUrl, pid: stack.pidOf('gateway'), key: victim, path }
  const flood: Attack = { kind: 'requests', url: stack.gatewayUrl, path, connections, seconds, keys: many }
  const [one = ''] = many
  const bare = await attackBare(flood)
  const atRest = { ...flood, connections: idleConnections }
  // A process that has just started takes several times as long: it would flatter what is compared with it.
  await startAttack(atRest)
  const idle = await startAttack(atRest)
  const sent = (count: number, what: string, by: number) => `${count} connections, ${what}, ${keyCount(by)}`
  const attacks: readonly (readonly [string, string, Attack])[] = [
    ['small requests beyond capacity', sent(connections, `${seconds} s`, many.length), flood],
    ['wrong keys', sent(connections, `${seconds} s`, connections), { ...flood, keys: [] }],
    ...[[one], many].map((of): [string, string, Attack] => [
      'bodies that come slowly',
      sent(connections, `${slowSeconds} s`, of.length),
      { ...flood, kind: 'slow-bodies', path: '/v1/customers', seconds: slowSeconds, keys: of },
    ]),
    ...[[one], many].map((of): [string, string, Attack] => [
      'bodies of 28 MB',
      sent(bodies, 'one each', of.length),
      { ...flood, kind: 'large-bodies', connections: bodies, keys: of },
    ]),
  ]
  for (const [attack, how, sends] of attacks) {
    const { attacked, ...watched } = await watch(watching, () => startAttack(sends))
    yield {
      ...{ attack, size: how },
      answers: Object.fromEntries(Object.entries(attacked).map(([status, { count }]) => [status, count])),
      // What the others have is another request each time, or none at all.
      ...(sends === flood
        ? { refused: compare(attacked, '503', bare), accepted: compare(attacked, '200', idle) }
        : {}),
      ...watched,
      checks: {
        'nothing but what is meant': Object.keys(attacked).every((status) =>
          /^(none|20[0-2]|400|401|429|503)$/.test(status),
        ),
        'somebody else is served': (watched.others['200'] ?? 0) > 0,
      },
    }
  }
}

function keyCount(count: number): string {
  return count === 1 ? 'one key' : `${count} keys`
}

/** A customer that each key of one environment can read; the first key is of whoever has no part in it. */
async function makeData({ scoped }: BenchStack): Promise<{ path: string; keys: readonly string[] }> {
  const customer = await insertCustomer(
    scoped,
    { external_id: 'attacked', name: 'Attacked' },
    await readNow(scoped),
  )
  const keys = []
  for (let key = 0; key <= keysOfMany; key++) {
    keys.push((await createApiKey(scoped, { name: `Key ${key}` })).secret)
  }
  return { path: `/v1/customers/${customer.id}`, keys }
}

async function attackBare(attack: Attack): Promise<Attacked> {
  await using bare = await startBareServer(new URL('bare-refusal.ts', import.meta.url).pathname, [])
  return await startAttack({ ...attack, url: bare.url })
}

function compare(attacked: Attacked, status: string, floor: Attacked) {
  const [p99, of] = [attacked[status]?.p99_ms ?? 0, floor[status]?.p99_ms ?? 0]
  return { p99_ms: Math.round(p99), floor_ms: Math.round(of), ratio: of > 0 ? round(p99 / of, 2) : 0 }
}
