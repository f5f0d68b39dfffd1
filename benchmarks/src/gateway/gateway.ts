import { insertPlan } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { insertCustomer } from '@flexprice/database/customers'
import { insertMonthlySubscriptions } from '@flexprice/testing'
import type { BenchStack } from '../bench-stack.ts'
import { addPrices } from '../price-sync/plan-data.ts'
import { best, type Row, round } from '../report.ts'
import { measureSync } from '../sync-client.ts'
import { connections, type Load, type MeasuredLoad, measureLoad } from './load.ts'
import { type BareServer, startBareGateway } from './start-bare-gateway.ts'

const repeats = 3
const worker = 'worker-price-sync'
/** Requests of one run; Temporal's development server takes some hundred starts a second. */
const sizes = {
  s: { reads: 1_000, starts: 64 },
  m: { reads: 5_000, starts: 640 },
  l: { reads: 50_000, starts: 2_000 },
} as const

/** P11 of the benchmarks page: what the gateway adds to a bare server, over 64 connections. */
export async function* benchGateway(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  await using bare = await startBareGateway(stack)
  const { reads, starts } = sizes[size]
  const data = await makeData(stack)
  yield compare(
    'P11 get a subscription',
    '≤ 1.25',
    await byTurns(reads, readLoads(stack, bare, data.subscriptionIds)),
  )
  yield compare(
    'P11 read a result',
    '≤ 1.18',
    await byTurns(reads / 2, resultLoads(stack, bare, data.workflowId)),
  )
  // What is measured is the gateway's part; workflows that wait for a worker are the same load for both.
  process.kill(stack.pidOf(worker), 'SIGSTOP')
  try {
    yield compare(
      'P11 start a workflow',
      '≤ 1.18',
      await byTurns(starts, startLoads(stack, bare, data.planIds)),
    )
  } finally {
    process.kill(stack.pidOf(worker), 'SIGCONT')
  }
}

interface Data {
  readonly subscriptionIds: readonly string[]
  readonly planIds: readonly string[]
  /** Of a sync that has ended. */
  readonly workflowId: string
}

async function makeData(stack: BenchStack): Promise<Data> {
  const { scoped } = stack
  const now = await readNow(scoped)
  const planIds = []
  for (let plan = 0; plan < connections; plan++) {
    planIds.push((await insertPlan(scoped, { name: `Plan ${plan}` }, now)).id)
  }
  const [planId = ''] = planIds
  await addPrices(stack, planId, 5)
  const customer = await insertCustomer(scoped, { external_id: planId, name: 'Benchmark' }, now)
  const subscriptionIds = await insertMonthlySubscriptions(scoped, {
    planId,
    customerId: customer.id,
    count: connections,
  })
  await measureSync(stack, planId)
  // As the server does by itself within a minute: without statistics it would plan for empty tables.
  await stack.owner.query('vacuum analyze')
  return { planIds, subscriptionIds, workflowId: `price-sync:${scoped.scope.environmentId}:${planId}` }
}

type Loads = Readonly<Record<'floor' | 'product', Omit<Load, 'requests'>>>

function readLoads(stack: BenchStack, bare: BareServer, ids: readonly string[]): Loads {
  return {
    floor: { ...bareServer(bare), method: 'GET', paths: ids.map((id) => `/subscriptions/${id}`) },
    product: { ...product(stack), method: 'GET', paths: ids.map((id) => `/v1/subscriptions/${id}`) },
  }
}

function resultLoads(stack: BenchStack, bare: BareServer, workflowId: string): Loads {
  return {
    floor: { ...bareServer(bare), method: 'GET', paths: [`/result/${encodeURIComponent(workflowId)}`] },
    product: {
      ...product(stack),
      method: 'GET',
      paths: [`/v1/tasks/result?${new URLSearchParams({ workflow_id: workflowId })}`],
    },
  }
}

function startLoads(stack: BenchStack, bare: BareServer, planIds: readonly string[]): Loads {
  return {
    floor: { ...bareServer(bare), method: 'POST', paths: planIds.map((id) => `/start/${id}`) },
    product: {
      ...product(stack),
      method: 'POST',
      paths: planIds.map((id) => `/v1/plans/${id}/sync/subscriptions`),
    },
  }
}

function bareServer({ url, pid }: BareServer) {
  return { url, pid }
}

function product(stack: BenchStack) {
  return { url: stack.gatewayUrl, pid: stack.pidOf('gateway'), headers: { 'x-api-key': stack.apiKey } }
}

interface Runs {
  readonly requests: number
  readonly floors: readonly MeasuredLoad[]
  readonly products: readonly MeasuredLoad[]
}

async function byTurns(requests: number, loads: Loads): Promise<Runs> {
  const floors = []
  const products = []
  for (const load of [loads.floor, loads.product]) await measureLoad({ ...load, requests: connections })
  for (let repeat = 0; repeat < repeats; repeat++) {
    floors.push(await measureLoad({ ...loads.floor, requests }))
    products.push(await measureLoad({ ...loads.product, requests }))
  }
  return { requests, floors, products }
}

function compare(scenario: string, goal: string, { requests, floors, products }: Runs): Row {
  const product = best(products)
  const floor = best(floors)
  const p99 = (runs: readonly MeasuredLoad[]) => Math.min(...runs.map((run) => run.p99_ms))
  const rate = Math.round(requests / product.wall_s)
  return {
    scenario,
    size: `${requests} requests: ${rate}/s, p99 ${p99(products)} ms against ${p99(floors)} ms`,
    product: { ...product, peak_rss_mb: Math.max(...products.map((run) => run.peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: round(product.cpu_s / floor.cpu_s, 2),
    goal,
    checks: { 'all answered': [...floors, ...products].every((run) => run.allAnswered) },
  }
}
