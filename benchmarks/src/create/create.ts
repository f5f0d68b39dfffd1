import { randomUUID } from 'node:crypto'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { best, type Row, round } from '../report.ts'
import { type BareCreation, startBareCreation } from './bare-creation.ts'
import { copyCreations } from './bare-lists.ts'
import { type MeasuredCalls, measureCalls } from './callers.ts'
import { countCreations, forgetCreations, makeOffer } from './creation-data.ts'

const repeats = 3
const itemsPerList = 1_000
const waitsMax = 60
const sizes = {
  s: { calls: 100, lists: 1 },
  m: { calls: 500, lists: 10 },
  l: { calls: 2_000, lists: 10 },
} as const

type Request = Readonly<Record<string, unknown>>

/** P12 of the benchmarks page, its part on creation: one by one against a bare workflow, and lists against bare SQL. */
export async function* benchCreate(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const request = await makeOffer(stack)
  const { calls, lists } = sizes[size]
  {
    await using bare = await startBareCreation(stack)
    for (const callers of [1, 8]) yield await oneByOne(stack, bare, { request, calls, callers })
  }
  yield await inLists(stack, { request, lists })
}

async function oneByOne(
  stack: BenchStack,
  bare: BareCreation,
  { request, calls, callers }: { request: Request; calls: number; callers: number },
): Promise<Row> {
  const floors: MeasuredCalls[] = []
  const products: MeasuredCalls[] = []
  let exact = true
  for (let repeat = 0; repeat <= repeats; repeat++) {
    // The first turn only warms up.
    const load = { calls: repeat === 0 ? calls / 10 : calls, callers }
    await forgetCreations(stack)
    const floor = await measureCalls(stack, load, () => bare.create(request, randomUUID()))
    await forgetCreations(stack)
    const product = await measureCalls(stack, load, () => post(stack, '/v1/subscriptions', request))
    const counted = await countCreations(stack)
    exact &&= counted.exact && counted.subscriptions === load.calls
    if (repeat === 0) continue
    floors.push(floor)
    products.push(product)
  }
  const p50 = (runs: readonly MeasuredCalls[]) => Math.min(...runs.map((run) => run.p50_ms))
  const product = best(products)
  const label = `${calls} by ${callers}: ${Math.round(calls / product.wall_s)}/s, p50 ${p50(products)} ms against ${p50(floors)} ms`
  return compare('P12 create one by one', label, '≤ 1.18', products, floors, exact)
}

async function inLists(
  stack: BenchStack,
  { request, lists }: { request: Request; lists: number },
): Promise<Row> {
  const floors = []
  const products: MeasuredCalls[] = []
  let exact = true
  for (let repeat = 0; repeat < repeats; repeat++) {
    await forgetCreations(stack)
    products.push(
      await measureCalls(stack, { calls: lists, callers: lists }, () => createList(stack, request)),
    )
    const counted = await countCreations(stack)
    exact &&= counted.exact && counted.subscriptions === lists * itemsPerList
    floors.push(await copyCreations(stack))
    const copied = await countCreations(stack)
    exact &&= copied.exact && copied.subscriptions === 2 * lists * itemsPerList
  }
  const rate = Math.round((lists * itemsPerList) / best(products).wall_s)
  return compare(
    'P12 create in lists',
    `${lists} × ${itemsPerList}: ${rate}/s`,
    '≤ 2.5',
    products,
    floors,
    exact,
  )
}

async function createList(stack: BenchStack, request: Request): Promise<void> {
  const items = Array.from({ length: itemsPerList }, () => request)
  const { workflow_id } = await post(stack, '/v1/subscriptions/bulk', { items })
  const query = new URLSearchParams({ workflow_id: String(workflow_id), wait: '25s' })
  for (let wait = 0; wait < waitsMax; wait++) {
    const response = await fetch(`${stack.gatewayUrl}/v1/tasks/result?${query}`, {
      headers: { 'x-api-key': stack.apiKey },
    })
    const { status } = await answerOf(response)
    if (status === 'Running') continue
    assert(status === 'Completed', `a list ended ${status}`)
    return
  }
  throw new Error('The list does not end')
}

async function post(stack: BenchStack, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(stack.gatewayUrl + path, {
    method: 'POST',
    headers: { 'x-api-key': stack.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return answerOf(response)
}

async function answerOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}: ${text}`)
  // tidy: border — the product's own answer; its shape is the gateway's test, not the benchmark's.
  return JSON.parse(text) as Record<string, unknown>
}

function compare(
  scenario: string,
  size: string,
  goal: string,
  products: readonly MeasuredCalls[],
  floors: readonly { wall_s: number; cpu_s: number }[],
  exact: boolean,
): Row {
  const product = best(products)
  const floor = best(floors)
  return {
    scenario,
    size,
    product: { ...product, peak_rss_mb: Math.max(...products.map((run) => run.peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: round(product.cpu_s / floor.cpu_s, 2),
    goal,
    checks: { 'rows and sums exact': exact },
  }
}
