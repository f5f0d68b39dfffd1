import { endPrice, updatePrice } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import type { BenchStack } from '../bench-stack.ts'
import { best, type Row, round } from '../report.ts'
import { type MeasuredSync, measureFloor, measureSync } from '../sync-client.ts'
import { addPrices, bareInsert, countLines, makePlan, resetSync, settle } from './plan-data.ts'

export interface Sizes {
  readonly name: string
  /** Of P1 and P3, and the largest of P4. */
  readonly subscriptions: number
  /** Of P2, ascending. */
  readonly idle: readonly number[]
}

const repeats = 3
/** Linux counts CPU time in hundredths of a second: a ratio of less says nothing. */
const cpuSecondsMin = 0.1
/** Of requests that take milliseconds, which differ more among themselves. */
const idleRepeats = 40
const priceCount = 10
const manyPrices = 50

/** P1: everything is missing; floor and product by turns, on emptied tables. */
export async function everythingMissing(stack: BenchStack, sizes: Sizes): Promise<Row> {
  const planId = await makePlan(stack, sizes.subscriptions)
  const priceIds = await addPrices(stack, planId, priceCount)
  const lines = sizes.subscriptions * priceCount
  const floors = []
  const products: MeasuredSync[] = []
  let exact = true
  for (let repeat = 0; repeat < repeats; repeat++) {
    await resetSync(stack, planId)
    floors.push(await measureFloor(stack, bareInsert(stack, planId, priceIds)))
    await resetSync(stack, planId)
    const product = await measureSync(stack, planId)
    products.push(product)
    const counted = await countLines(stack, planId)
    exact &&= product.result.prices_added === lines && counted.lines === lines && counted.duplicates === 0
  }
  const row = compare(
    'P1 everything missing',
    `${size(sizes.subscriptions)} × ${priceCount}`,
    products,
    floors,
  )
  const memory = row.product.peak_rss_mb < 300
  const rate = `${Math.round(lines / row.product.wall_s / 1_000)} k lines/s`
  return {
    ...row,
    size: `${row.size}: ${rate}`,
    goal: '≤ 1.0 (0.85)',
    checks: { 'rows exact, none twice': exact, 'worker below 300 MB': memory },
  }
}

/** P2: nothing to do, against the same request on an empty plan. */
export async function nothingToDo(stack: BenchStack, subscriptions: number): Promise<Row> {
  const emptyId = await makePlan(stack, 0)
  await addPrices(stack, emptyId, 1)
  const planId = await makePlan(stack, subscriptions)
  await addPrices(stack, planId, 1)
  for (const id of [emptyId, planId]) await measureSync(stack, id)
  const floors = []
  const products: MeasuredSync[] = []
  for (let repeat = 0; repeat < idleRepeats; repeat++) {
    floors.push(await measureSync(stack, emptyId))
    products.push(await measureSync(stack, planId))
  }
  const untouched = products.every(
    ({ result }) => result.subscriptions_unchanged === subscriptions && result.subscriptions_processed === 0,
  )
  const row = compare('P2 nothing to do', size(subscriptions), products, floors)
  return { ...row, goal: '≤ 1.1', checks: { 'all passed over': untouched } }
}

/** P3: of fifty prices one is new, one has ended, one was edited: against bare statements for just those rows. */
export async function oneOfFifty(stack: BenchStack, sizes: Sizes): Promise<Row[]> {
  const { subscriptions } = sizes
  const planId = await makePlan(stack, subscriptions)
  const priceIds = await addPrices(stack, planId, manyPrices)
  await measureSync(stack, planId)
  const news: Runs = { floors: [], products: [] }
  const ends: Runs = { floors: [], products: [] }
  const edits: Runs = { floors: [], products: [] }
  for (let repeat = 0; repeat < repeats; repeat++) {
    const [floorPrice = ''] = await addPrices(stack, planId, 1)
    await settle(stack)
    news.floors.push(await measureFloor(stack, bareInsert(stack, planId, [floorPrice])))
    await forget(stack, planId)
    await addPrices(stack, planId, 1)
    await settle(stack)
    news.products.push(await measureSync(stack, planId))

    const [byFloor = '', byProduct = '', toEnd = '', toEdit = ''] = priceIds.slice(4 * repeat)
    await settle(stack)
    ends.floors.push(await measureFloor(stack, bareEnd(planId, byFloor)))
    await endNow(stack, byProduct)
    await settle(stack)
    ends.products.push(await measureSync(stack, planId))

    const [successor = ''] = await addPrices(stack, planId, 1)
    await settle(stack)
    edits.floors.push(
      add(
        await measureFloor(stack, bareEnd(planId, toEnd)),
        await measureFloor(stack, bareInsert(stack, planId, [successor])),
      ),
    )
    await forget(stack, planId)
    await editNow(stack, toEdit)
    await settle(stack)
    edits.products.push(await measureSync(stack, planId))
  }
  const added = (run: MeasuredSync) => run.result.prices_added === subscriptions
  const removed = (run: MeasuredSync) => run.result.prices_removed === subscriptions
  const row = (scenario: string, runs: Runs, exact: (run: MeasuredSync) => boolean) => ({
    ...compare(scenario, `${size(subscriptions)} × ${manyPrices}`, runs.products, runs.floors),
    goal: '≤ 1.5',
    checks: { 'rows exact': runs.products.every(exact) },
  })
  return [
    row('P3 one new price', news, added),
    row('P3 one price ended', ends, removed),
    row('P3 one price edited', edits, (run) => added(run) && removed(run)),
  ]
}

type Floors = { wall_s: number; cpu_s: number }[]

interface Runs {
  readonly floors: Floors
  readonly products: MeasuredSync[]
}

/** P4: ten times the rows, from a hundredth of the size up; the slope of time over rows, both logarithmic. */
export async function scaling(stack: BenchStack, sizes: Sizes): Promise<Row[]> {
  const steps = [sizes.subscriptions / 100, sizes.subscriptions / 10, sizes.subscriptions]
  const measured: { subscriptions: number; wall_s: number; cpu_s: number; peak_rss_mb: number }[] = []
  for (const subscriptions of steps) {
    const planId = await makePlan(stack, subscriptions)
    await addPrices(stack, planId, priceCount)
    const runs = []
    for (let repeat = 0; repeat < repeats; repeat++) {
      await resetSync(stack, planId)
      runs.push(await measureSync(stack, planId))
    }
    const peak_rss_mb = Math.max(...runs.map((run) => run.peak_rss_mb))
    measured.push({ subscriptions, ...best(runs), peak_rss_mb })
  }
  return measured.slice(1).flatMap((step, index) => {
    const smaller = measured[index]
    if (!smaller) return []
    const slope =
      Math.log10(step.wall_s / smaller.wall_s) / Math.log10(step.subscriptions / smaller.subscriptions)
    const memoryGrowth = step.peak_rss_mb / (measured[0]?.peak_rss_mb ?? step.peak_rss_mb)
    return {
      scenario: 'P4 scaling (ratio = slope)',
      size: `${size(smaller.subscriptions * priceCount)} → ${size(step.subscriptions * priceCount)} lines`,
      product: { wall_s: step.wall_s, cpu_s: step.cpu_s, peak_rss_mb: step.peak_rss_mb },
      floor: { wall_s: smaller.wall_s, cpu_s: smaller.cpu_s },
      ratio: round(slope),
      cpu_ratio: null,
      goal: '≤ 1.1 (1.05)',
      checks: { 'memory grows ≤ 10 %': memoryGrowth <= 1.1 },
    }
  })
}

function compare(scenario: string, label: string, products: readonly MeasuredSync[], floors: Floors) {
  const fastest = best(products.map((run) => ({ wall_s: run.wall_s, cpu_s: run.server_cpu_s })))
  const floor = best(floors)
  const peak_rss_mb = Math.max(...products.map((run) => run.peak_rss_mb))
  return {
    scenario,
    size: label,
    product: { ...fastest, peak_rss_mb },
    floor,
    ratio: round(fastest.wall_s / floor.wall_s),
    cpu_ratio: floor.cpu_s < cpuSecondsMin ? null : round(fastest.cpu_s / floor.cpu_s, 2),
  }
}

/** The floor's rows are there: the plan's watermark moves past them, so that the product has nothing of them to do. */
async function forget(stack: BenchStack, planId: string): Promise<void> {
  await stack.owner.query('update plans set synced_price_sequence = price_sequence where id = $1', [planId])
}

async function endNow(stack: BenchStack, priceId: string): Promise<void> {
  const now = await readNow(stack.scoped)
  await inTransaction(stack.scoped, (transaction) => endPrice(transaction, { priceId, now }))
}

async function editNow(stack: BenchStack, priceId: string): Promise<void> {
  const now = await readNow(stack.scoped)
  await inTransaction(stack.scoped, (transaction) =>
    updatePrice(transaction, { priceId, changes: { amount: '12.50' }, now }),
  )
}

function add(one: Floors[number], other: Floors[number]): Floors[number] {
  return { wall_s: one.wall_s + other.wall_s, cpu_s: one.cpu_s + other.cpu_s }
}

/** By the subscriptions, since no index leads from a price to its lines: the product's way is the fastest there is. */
function bareEnd(planId: string, priceId: string) {
  return {
    text: `update subscription_line_items l set end_date = greatest(l.start_date, now()), ended_by = 'price',
        updated_at = now()
      from subscriptions s where s.plan_id = $1 and s.subscription_status <> 'cancelled'
        and l.subscription_id = s.id and l.price_id = $2 and l.end_date is null`,
    values: [planId, priceId],
  }
}

function size(count: number): string {
  if (count >= 1_000_000) return `${count / 1_000_000} M`
  return count >= 1_000 ? `${count / 1_000} k` : String(count)
}
