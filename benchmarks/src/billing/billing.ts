import { updateEnvironmentSettings } from '@flexprice/database/tenancy'
import { createTemporal } from '@flexprice/temporal-client'
import type { BenchStack } from '../bench-stack.ts'
import { type Book, eventsPerCustomer, linesPerSubscription, makeBook, period } from '../calculate/book.ts'
import { measureTask } from '../measure-task.ts'
import { best, type Row, round } from '../report.ts'
import { twoWorkersRow } from '../two-workers.ts'
import { bareRun } from './bare-run.ts'
import { checkBilled, firstIds, keepAsExpected, makeDue, untilBilled } from './book-state.ts'
import { allHold, type Billed, bestRun, compared, leastServer, type Run, type Usage } from './compared.ts'
import { rowByRow } from './row-by-row.ts'
import { keepRows, writeSameRows } from './same-rows.ts'
import { walletsRow } from './wallets.ts'

/** `all` is P6's; P7 holds it against `some`; row by row a sample is enough to know its rate. */
const sizes = {
  s: { all: 5_000, some: 1_000, sample: 1_000, repeats: 3 },
  m: { all: 20_000, some: 5_000, sample: 2_000, repeats: 3 },
  l: { all: 100_000, some: 10_000, sample: 5_000, repeats: 2 },
} as const

/** A plan's month is billed, from HTTP to numbered invoices, against bare statements that do the same; by turns. */
export async function* benchBilling(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const { all, some, sample, repeats } = sizes[size]
  const book = await makeBook(stack, all)
  await updateEnvironmentSettings(stack.scoped, { finalization_delay_hours: 0 }, new Date())
  const done: Done = { bare: [], dry: [], runs: [], again: [], same: [], copied: [], checks: [], events: 0 }
  for (let repeat = 0; repeat < repeats; repeat++) await takeTurns(stack, book, done)
  yield runRow(book, done)
  yield* ownRows(done)
  yield await rowByRowRow(stack, book, { done, sample })
  yield againRow(done)
  yield await walletsRow(stack, book, { repeats, bill: () => bill(stack) })
  yield await killedRow(stack, book, done)
  yield await scalingRow(stack, book, { done, some })
  yield await twoBillingRow(stack, book, repeats)
}

interface Done {
  readonly bare: Usage[]
  readonly dry: Run[]
  readonly runs: Run[]
  readonly again: Run[]
  readonly same: Usage[]
  readonly copied: Usage[]
  readonly checks: Row['checks'][]
  events: number
}

async function takeTurns(stack: BenchStack, book: Book, done: Done): Promise<void> {
  const { subscriptions } = book
  await makeDue(stack, book, subscriptions)
  done.bare.push(await bareRun(stack, book))
  await keepAsExpected(stack)
  await makeDue(stack, book, subscriptions)
  done.dry.push(await bill(stack, { dry_run: true }))
  const run = await bill(stack)
  done.runs.push(run)
  done.events = Math.max(done.events, await historyLength(stack, run))
  done.checks.push(await checkBilled(stack, book, subscriptions), tellsItsCounts(run, subscriptions))
  const rows = await keepRows(stack, book)
  done.again.push(await bill(stack))
  await makeDue(stack, book, subscriptions)
  done.same.push(await writeSameRows(stack, book, rows))
  done.checks.push(await checkBilled(stack, book, subscriptions))
  await makeDue(stack, book, subscriptions)
  done.copied.push(await writeSameRows(stack, book, rows, { areCopied: true }))
}

const worker = 'worker-cron-billing'

function bill(
  stack: BenchStack,
  body: { dry_run?: true } = {},
  { workers = [worker], meanwhile }: { workers?: readonly string[]; meanwhile?: () => Promise<void> } = {},
): Promise<Run> {
  const asked = { as_of: period.end, ...body }
  return measureTask<Billed>(stack, { workers, path: '/v1/billing/runs', body: asked }, meanwhile)
}

function tellsItsCounts({ result }: Run, due: number): Row['checks'] {
  const { subscriptions_billed: billed, subscriptions_failed: failed, invoices_finalized: finalized } = result
  return { 'its result is what it did': billed === due && failed === 0 && finalized === due }
}

async function historyLength({ temporalAddress: address, scoped }: BenchStack, run: Run): Promise<number> {
  await using temporal = createTemporal({ address, namespace: 'default' })
  const { historyLength } = await temporal.describeWorkflow(scoped.scope, run.workflow_id, {
    runId: run.run_id,
  })
  return historyLength
}

function runRow({ subscriptions }: Book, { runs, bare, checks, events }: Done): Row {
  const [product, floor] = [bestRun(runs), best(bare)]
  const rate = Math.round(subscriptions / product.wall_s / 100) / 10
  const per1000 = round((events * 1_000) / subscriptions, 1)
  const used = (subscriptions * eventsPerCustomer) / 1_000
  return {
    scenario: `P6 billing run against one statement (PostgreSQL ${leastServer(runs)} s of the CPU; ${per1000} history events per 1,000)`,
    size: `${subscriptions / 1_000} k × ${linesPerSubscription}, ${used} k events: ${rate} k subscriptions/s`,
    ...compared(product, floor),
    goal: '≤ 4 (2.5)',
    checks: allHold(checks),
  }
}

/** The run less its dry run is what writing, advancing, numbering and locks add to the rating. */
function ownRows({ runs, dry, same, copied }: Done): readonly Row[] {
  const [whole, rated] = [bestRun(runs), bestRun(dry)]
  const server = round(leastServer(runs) - leastServer(dry))
  const own = {
    wall_s: round(whole.wall_s - rated.wall_s),
    cpu_s: round(whole.cpu_s - rated.cpu_s),
    peak_rss_mb: whole.peak_rss_mb,
  }
  const what = `P6 billing's own: the run less its dry run of ${rated.wall_s} s (PostgreSQL ${server} s of the CPU)`
  const row = (how: string, floor: Usage[], goal: string): Row => ({
    ...{ scenario: `${what}, against bare statements that ${how}`, size: 'as above', goal, checks: {} },
    ...compared(own, best(floor)),
  })
  return [
    row('get and write the same rows', same, '≤ 1.3'),
    row('copy them within the database', copied, '–'),
  ]
}

async function rowByRowRow(
  stack: BenchStack,
  book: Book,
  { done, sample }: { done: Done; sample: number },
): Promise<Row> {
  await makeDue(stack, book, sample)
  const sampled = await rowByRow(stack, book, await firstIds(stack, book, sample))
  const times = book.subscriptions / sample
  const checks = await checkNumbers(stack, book, sample)
  const product = bestRun(done.runs)
  const floor = { wall_s: round(sampled.wall_s * times), cpu_s: round(sampled.cpu_s * times) }
  const faster = round(floor.wall_s / product.wall_s, 1)
  return {
    scenario: `P6 billing run against a transaction a subscription at 8 connections: ${faster}× faster`,
    size: `as above; the floor by ${sample / 1_000} k of them`,
    ...compared(product, floor),
    goal: '≤ 0.167 (0.1)',
    checks,
  }
}

/** Of a sample the lines are not compared: they are some of those that are expected. */
async function checkNumbers(stack: BenchStack, book: Book, due: number): Promise<Row['checks']> {
  const { 'each line and total equal to the cent': _, ...checks } = await checkBilled(stack, book, due)
  return checks
}

function againRow({ runs, again }: Done): Row {
  const [product, floor] = [bestRun(again), bestRun(runs)]
  return {
    scenario: 'P7 run again at once, against the first run',
    size: 'as above',
    ...compared(product, floor),
    goal: '≤ 0.02',
    checks: {
      'nothing billed': again.every(({ result }) => result.subscriptions_billed === 0),
    },
  }
}

/** Its worker is killed once about half is billed, and another one comes. */
async function killedRow(stack: BenchStack, book: Book, { runs }: Done): Promise<Row> {
  await makeDue(stack, book, book.subscriptions)
  let before = 0
  const killed = async () => {
    before = await untilBilled(stack, book, book.subscriptions / 2)
    await stack.killAndRestart(worker)
  }
  const run = await bill(stack, {}, { meanwhile: killed })
  const product = bestRun([run])
  const floor = bestRun(runs)
  const cost = round(product.wall_s - floor.wall_s, 1)
  return {
    scenario: `P6 billing run whose worker is killed with ${before} billed, against one that is not: ${cost} s more`,
    size: 'as above',
    ...compared(product, floor),
    goal: '–',
    checks: {
      ...(await checkBilled(stack, book, book.subscriptions)),
      ...tellsItsCounts(run, book.subscriptions),
      'killed in the middle': before < book.subscriptions,
    },
  }
}

async function scalingRow(
  stack: BenchStack,
  book: Book,
  { done, some }: { done: Done; some: number },
): Promise<Row> {
  const smaller: Run[] = []
  const checks: Row['checks'][] = []
  for (let repeat = 0; repeat < done.runs.length; repeat++) {
    await makeDue(stack, book, some)
    const run = await bill(stack)
    smaller.push(run)
    checks.push(await checkNumbers(stack, book, some), tellsItsCounts(run, some))
  }
  const [product, floor] = [bestRun(done.runs), bestRun(smaller)]
  const slope = Math.log(product.wall_s / floor.wall_s) / Math.log(book.subscriptions / some)
  return {
    scenario: 'P7 scaling (ratio = slope)',
    size: `${some / 1_000} k → ${book.subscriptions / 1_000} k subscriptions`,
    ...compared(product, floor),
    ...{ ratio: round(slope), cpu_ratio: null },
    goal: '≤ 1.05',
    checks: allHold(checks),
  }
}

function twoBillingRow(stack: BenchStack, book: Book, repeats: number): Promise<Row> {
  const checks: Row['checks'][] = []
  return twoWorkersRow<Billed>(stack, {
    ...{ what: 'P6 billing run', worker, repeats },
    async run(workers) {
      await makeDue(stack, book, book.subscriptions)
      const run = await bill(stack, {}, { workers })
      checks.push(await checkBilled(stack, book, book.subscriptions))
      return run
    },
    checksOf: (runs) => allHold([...checks, ...runs.map((run) => tellsItsCounts(run, book.subscriptions))]),
  })
}
