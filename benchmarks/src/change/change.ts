import type { BenchStack } from '../bench-stack.ts'
import { type MeasuredCalls, measureCalls } from '../create/callers.ts'
import { best, type Row, round } from '../report.ts'
import { type BareChange, startBareChange } from './bare-change.ts'
import { areChangedOnce, makeOffers, type Offers, post, subscribe, untilDone } from './change-data.ts'

const repeats = 3
const worker = 'worker-subscription-change'
const sizes = {
  s: { calls: 50, many: 1_000 },
  m: { calls: 250, many: 10_000 },
  l: { calls: 1_000, many: 50_000 },
} as const

/** P12 of the benchmarks page, its part on changes: one by one against a bare workflow, and many against one by one. */
export async function* benchChange(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const offers = await makeOffers(stack)
  const { calls, many } = sizes[size]
  let oneByOne = Number.POSITIVE_INFINITY
  {
    await using bare = await startBareChange(stack)
    for (const callers of [1, 8]) {
      const row = await changeOneByOne(stack, { bare, offers, calls, callers })
      oneByOne = Math.min(oneByOne, row.product.wall_s / calls)
      yield row
    }
  }
  yield await changeMany(stack, { offers, many, oneByOne })
}

async function changeOneByOne(
  stack: BenchStack,
  { bare, offers, calls, callers }: { bare: BareChange; offers: Offers; calls: number; callers: number },
): Promise<Row> {
  const floors: MeasuredCalls[] = []
  const products: MeasuredCalls[] = []
  let exact = true
  for (let repeat = 0; repeat <= repeats; repeat++) {
    // The first turn only warms up.
    const load = { calls: repeat === 0 ? calls / 5 : calls, callers, worker }
    const ids = (await subscribe(stack, offers, 2 * load.calls)).slice(0, 2 * load.calls)
    const idOf = (index: number) => ids[index] ?? ''
    const floor = await measureCalls(stack, load, (index) => bare.change(idOf(index), offers.pro))
    const product = await measureCalls(stack, load, (index) =>
      post(stack, `/v1/subscriptions/${idOf(load.calls + index)}/change/execute`, {
        target_plan_id: offers.pro,
        proration_behavior: 'create_prorations',
        billing_period: 'MONTHLY',
        billing_cycle: 'anniversary',
        billing_cadence: 'RECURRING',
      }),
    )
    exact &&= await areChangedOnce(stack, offers, ids)
    if (repeat === 0) continue
    floors.push(floor)
    products.push(product)
  }
  const p50 = (runs: readonly MeasuredCalls[]) => Math.min(...runs.map((run) => run.p50_ms))
  const [product, floor] = [best(products), best(floors)]
  return {
    scenario: 'P12 change one by one',
    size: `${calls} by ${callers}: ${Math.round(calls / product.wall_s)}/s, p50 ${p50(products)} ms against ${p50(floors)} ms`,
    product: { ...product, peak_rss_mb: Math.max(...products.map((run) => run.peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: round(product.cpu_s / floor.cpu_s, 2),
    goal: '≤ 1.18',
    checks: { 'changed and invoiced once': exact },
  }
}

/** @param oneByOne seconds that one change takes of the best of those that were made one by one: the floor, times as many */
async function changeMany(
  stack: BenchStack,
  { offers, many, oneByOne }: { offers: Offers; many: number; oneByOne: number },
): Promise<Row> {
  const previews: MeasuredCalls[] = []
  const products: MeasuredCalls[] = []
  let exact = true
  for (let repeat = 0; repeat < repeats; repeat++) {
    const ids = await subscribe(stack, offers, many)
    const once = { calls: 1, callers: 1, worker }
    let bulkChangeId: unknown
    const order = {
      plan_id: offers.basic,
      target_plan_id: offers.pro,
      proration_behavior: 'create_prorations',
    }
    previews.push(
      await measureCalls(stack, once, async () => {
        const started = await post(stack, '/v1/subscriptions/change/bulk/preview', order)
        bulkChangeId = started.bulk_change_id
        await untilDone(stack, started)
      }),
    )
    products.push(
      await measureCalls(stack, once, async () => {
        const body = { bulk_change_id: bulkChangeId }
        await untilDone(stack, await post(stack, '/v1/subscriptions/change/bulk', body))
      }),
    )
    exact &&= await areChangedOnce(stack, offers, ids)
  }
  const [preview, product] = [best(previews), best(products)]
  const rate = (run: { wall_s: number }) => Math.round(many / run.wall_s)
  const floor = { wall_s: round(oneByOne * many), cpu_s: 0 }
  return {
    scenario: 'P12 change many',
    size: `${many}: ${rate(product)}/s, previewed at ${rate(preview)}/s; one by one ${Math.round(1 / oneByOne)}/s`,
    product: { ...product, peak_rss_mb: Math.max(...products.map((run) => run.peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: null,
    goal: '≤ 0.05',
    checks: { 'changed and invoiced once': exact },
  }
}
