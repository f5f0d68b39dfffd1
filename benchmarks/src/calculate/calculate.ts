import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { type MeasuredTask, measureTask } from '../measure-task.ts'
import { best, type Row, round } from '../report.ts'
import { measureFloor } from '../sync-client.ts'
import { twoWorkersRow } from '../two-workers.ts'
import { bareStatement } from './bare-statement.ts'
import { type Book, eventsPerCustomer, linesPerSubscription, makeBook } from './book.ts'

/** `s` is a twentieth, for CI. */
const sizes = { s: 5_000, m: 100_000, l: 100_000 } as const
const repeats = 3

interface Calculated {
  readonly calculation_id: string
  readonly subscriptions_processed: number
  readonly subscriptions_failed: number
}

/** A plan's calculation, from HTTP to its result, against one statement that yields the same amounts; by turns. */
export async function* benchCalculate(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const book = await makeBook(stack, sizes[size])
  const floors = []
  const products: MeasuredTask<Calculated>[] = []
  const sums: Sums[] = []
  let differing = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    await settle(stack)
    const { calculationId, statement } = await bareStatement(stack, book)
    floors.push(await measureFloor(stack, statement))
    await settle(stack)
    const product = await calculate(stack, book, [worker])
    products.push(product)
    sums.push(await sumsOf(stack, calculationId), await sumsOf(stack, product.result.calculation_id))
    differing += await countDiffering(stack, calculationId, product.result.calculation_id)
    await clear(stack)
  }
  yield row(book, { floors, products, checks: checksOf(book, { products, sums, differing }) })
  yield await twoCalculatingRow(stack, book)
}

const worker = 'worker-calculate-charges'

function calculate(
  stack: BenchStack,
  book: Book,
  workers: readonly string[],
): Promise<MeasuredTask<Calculated>> {
  return measureTask(stack, { workers, path: '/v1/calculations', body: { plan_id: book.planId } })
}

function twoCalculatingRow(stack: BenchStack, book: Book): Promise<Row> {
  return twoWorkersRow<Calculated>(stack, {
    ...{ what: 'charge calculation', worker, repeats },
    async run(workers) {
      await clear(stack)
      await settle(stack)
      return await calculate(stack, book, workers)
    },
    checksOf: (products) => ({ 'each subscription once': areEachOnce(book, products) }),
  })
}

function areEachOnce({ subscriptions }: Book, products: readonly MeasuredTask<Calculated>[]): boolean {
  return products.every(
    ({ result }) => result.subscriptions_processed === subscriptions && result.subscriptions_failed === 0,
  )
}

interface Sums {
  readonly subscriptions: number
  readonly lines: number
  readonly total: string
}

function checksOf(
  book: Book,
  found: { products: readonly MeasuredTask<Calculated>[]; sums: readonly Sums[]; differing: number },
): Row['checks'] {
  const { subscriptions } = book
  const lines = subscriptions * linesPerSubscription
  return {
    'each subscription once': areEachOnce(book, found.products),
    'rows exact': found.sums.every((sum) => sum.subscriptions === subscriptions && sum.lines === lines),
    'sums equal to the cent': new Set(found.sums.map(({ total }) => total)).size === 1,
    'each line equal to the cent': found.differing === 0,
  }
}

function row(
  { subscriptions }: Book,
  runs: {
    floors: readonly { wall_s: number; cpu_s: number }[]
    products: readonly MeasuredTask<Calculated>[]
    checks: Row['checks']
  },
): Row {
  const product = best(runs.products)
  const floor = best(runs.floors)
  const server = round(Math.min(...runs.products.map(({ server_cpu_s }) => server_cpu_s)))
  const rate = Math.round(subscriptions / product.wall_s / 100) / 10
  const events = (subscriptions * eventsPerCustomer) / 1_000
  return {
    scenario: `charge calculation (PostgreSQL ${server} s of the CPU)`,
    size: `${subscriptions / 1_000} k × ${linesPerSubscription}, ${events} k events: ${rate} k subscriptions/s`,
    product: { ...product, peak_rss_mb: Math.max(...runs.products.map(({ peak_rss_mb }) => peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: round(product.cpu_s / floor.cpu_s, 2),
    goal: '≤ 2',
    checks: runs.checks,
  }
}

async function sumsOf({ owner }: BenchStack, calculationId: string): Promise<Sums> {
  const { rows } = await owner.query<Sums>(
    `select count(*)::int as subscriptions, sum(json_array_length(lines))::int as lines, sum(total)::text as total
    from calculation_items where calculation_id = $1`,
    [calculationId],
  )
  assert(rows[0], 'an aggregate has one row')
  return rows[0]
}

async function countDiffering({ owner }: BenchStack, floor: string, product: string): Promise<number> {
  const lines = (parameter: string) => `
    select i.subscription_id, i.total, l ->> 'subscription_line_item_id', (l ->> 'quantity')::numeric,
      (l ->> 'amount')::numeric, (l ->> 'period_start')::timestamptz, (l ->> 'period_end')::timestamptz
    from calculation_items i, json_array_elements(i.lines) l where i.calculation_id = ${parameter}`
  const { rows } = await owner.query<{ differing: number }>(
    `select count(*)::int as differing from (
      (${lines('$1')} except ${lines('$2')}) union all (${lines('$2')} except ${lines('$1')})) d`,
    [floor, product],
  )
  assert(rows[0], 'an aggregate has one row')
  return rows[0].differing
}

/** No run pays for the writes of the one before it. */
async function settle({ superuser }: BenchStack): Promise<void> {
  await superuser.query('checkpoint')
}

async function clear({ owner }: BenchStack): Promise<void> {
  await owner.query('truncate calculation_items, calculation_totals, calculation_slices, calculations')
}
