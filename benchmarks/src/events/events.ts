import { fileURLToPath } from 'node:url'
import type { BenchStack } from '../bench-stack.ts'
import { type MeasuredLoad, measureLoad } from '../gateway/load.ts'
import { type BareServer, startBareServer } from '../gateway/start-bare-gateway.ts'
import { best, type Row, round } from '../report.ts'
import { bulkBodies, singleBodies } from './event-bodies.ts'

const repeats = 3
const bulkSize = 1_000
/** Events of one run. */
const sizes = {
  s: { bulk: 20_000, single: 2_000 },
  m: { bulk: 200_000, single: 20_000 },
  l: { bulk: 1_000_000, single: 100_000 },
} as const

interface Scenario {
  readonly scenario: string
  readonly goal: string
  readonly connections: number
  readonly bodies: () => readonly string[]
  readonly productPath: string
  readonly floorPath: string
  /** The same events again: all of them are duplicates. */
  readonly replay?: boolean
}

/** P9 of the benchmarks page: events in, over the product and over a bare server on the same tables. */
export async function* benchEvents(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  await using bare = await startBareIntake(stack)
  const { bulk, single } = sizes[size]
  const inBulk = {
    productPath: '/v1/events/bulk',
    floorPath: '/bulk',
    bodies: () => bulkBodies(bulk, bulkSize),
  }
  const oneByOne = { productPath: '/v1/events', bodies: () => singleBodies(single) }
  const scenarios: Scenario[] = [
    { scenario: 'P9 bulk of 1,000', goal: '≤ 1.25', connections: 4, ...inBulk },
    { scenario: 'P9 bulk of 1,000', goal: '≤ 1.25', connections: 256, ...inBulk },
    { scenario: 'P9 bulk, all sent before', goal: '≤ 1.11', connections: 4, replay: true, ...inBulk },
    ...[4, 64, 256].flatMap((connections) => [
      {
        scenario: 'P9 single, bare group commit',
        goal: '≤ 1.25',
        connections,
        floorPath: '/gathered',
        ...oneByOne,
      },
      {
        scenario: 'P9 single, bare INSERT a request',
        goal: connections === 64 ? '≤ 0.59' : '–',
        connections,
        floorPath: '/single',
        ...oneByOne,
      },
    ]),
  ]
  for (const scenario of scenarios) yield measure(stack, bare, scenario)
}

function startBareIntake(stack: BenchStack): Promise<BareServer> {
  const { tenantId, environmentId } = stack.scoped.scope
  const main = fileURLToPath(new URL('bare-intake.ts', import.meta.url))
  return startBareServer(main, [stack.databaseUrl, environmentId, tenantId])
}

async function measure(stack: BenchStack, bare: BareServer, scenario: Scenario): Promise<Row> {
  const floors: MeasuredLoad[] = []
  const products: MeasuredLoad[] = []
  let events = 0
  let expected = await countEvents(stack)
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const kind of ['floor', 'product'] as const) {
      const bodies = scenario.bodies()
      events = countIn(bodies)
      expected += events
      const run = () => load(stack, bare, scenario, kind, bodies)
      const first = await run()
      const measured = scenario.replay === true ? await run() : first
      // The first turn warms both up.
      if (repeat > 0) (kind === 'floor' ? floors : products).push(measured)
    }
  }
  const complete = (await countEvents(stack)) === expected
  return rowOf(scenario, events, { floors, products }, complete)
}

function load(
  stack: BenchStack,
  bare: BareServer,
  { productPath, floorPath, connections }: Scenario,
  kind: 'floor' | 'product',
  bodies: readonly string[],
): Promise<MeasuredLoad> {
  const headers = { 'content-type': 'application/json' }
  const shared = { method: 'POST', requests: bodies.length, bodies, connections } as const
  return kind === 'floor'
    ? measureLoad({ ...shared, url: bare.url, pid: bare.pid, paths: [floorPath], headers })
    : measureLoad({
        ...shared,
        url: stack.gatewayUrl,
        pid: stack.pidOf('gateway'),
        paths: [productPath],
        headers: { ...headers, 'x-api-key': stack.apiKey },
      })
}

function countIn(bodies: readonly string[]): number {
  return bodies[0]?.startsWith('{"events"') ? bodies.length * bulkSize : bodies.length
}

async function countEvents({ owner }: BenchStack): Promise<number> {
  const { rows } = await owner.query<{ n: number }>('select count(*)::int as n from events')
  return rows[0]?.n ?? 0
}

function rowOf(
  { scenario, goal, connections }: Scenario,
  events: number,
  { floors, products }: { floors: readonly MeasuredLoad[]; products: readonly MeasuredLoad[] },
  complete: boolean,
): Row {
  const product = best(products)
  const floor = best(floors)
  const p99 = (runs: readonly MeasuredLoad[]) => Math.min(...runs.map((run) => run.p99_ms))
  return {
    scenario,
    size: `${events} by ${connections}: ${Math.round(events / product.wall_s)}/s, p99 ${p99(products)} ms against ${p99(floors)} ms`,
    product: { ...product, peak_rss_mb: Math.max(...products.map((run) => run.peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: round(product.cpu_s / floor.cpu_s, 2),
    goal,
    checks: {
      'all answered': [...floors, ...products].every((run) => run.allAnswered),
      'each event there, once': complete,
    },
  }
}
