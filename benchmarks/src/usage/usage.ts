import { createDatabase, type Database } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import type { UsageAnswer, UsageQuestion } from '@flexprice/domain/usage'
import type { BenchStack } from '../bench-stack.ts'
import { cpuSeconds, peakMemoryMb, resetPeakMemory } from '../process-usage.ts'
import { best, type Row, round } from '../report.ts'
import { bareSingle, bareUsage, sameAnswers } from './bare-usage.ts'
import { customerName, makeEvents, measures, month } from './usage-data.ts'

const repeats = 3
const sizes = {
  s: { events: 250_000, customers: 500, singles: 200 },
  m: { events: 5_000_000, customers: 10_000, singles: 1_000 },
  l: { events: 5_000_000, customers: 10_000, singles: 5_000 },
} as const

/** P8 of the benchmarks page: usage of raw events, of all customers and of one. */
export async function* benchUsage(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const { events, customers, singles } = sizes[size]
  await makeEvents(stack, { events, customers })
  const url = stack.databaseUrl
  await using database = createDatabase({
    url,
    applicationName: 'bench',
    poolSizeMax: 1,
    statementTimeoutMs: 600_000,
  })
  yield await rateAll(stack, database, { events, customers })
  yield await rateOne(stack, database, { customers, singles })
}

interface Run {
  readonly wall_s: number
  readonly cpu_s: number
}

/** The server's CPU, and this process's, where the engine's part of the work is done. */
async function measured<Result>(
  stack: BenchStack,
  work: () => Promise<Result>,
): Promise<Run & { result: Result }> {
  const cpuNow = () => cpuSeconds(stack.postmasterPid) + cpuSeconds(process.pid)
  const cpu = cpuNow()
  const started = performance.now()
  const result = await work()
  return { wall_s: (performance.now() - started) / 1_000, cpu_s: cpuNow() - cpu, result }
}

async function rateAll(
  stack: BenchStack,
  database: Database,
  { events, customers }: { events: number; customers: number },
): Promise<Row> {
  const scoped = database.scoped(stack.scoped.scope)
  const questions = Array.from({ length: customers }, (_, index) => questionsOf(index)).flat()
  const floors: Run[] = []
  const products: Run[] = []
  resetPeakMemory(process.pid)
  let checks = {}
  for (let repeat = 0; repeat < repeats; repeat++) {
    const floor = await measured(stack, () => bareUsage(stack))
    const product = await measured(stack, () => aggregateUsage(scoped, questions))
    floors.push(floor)
    products.push(product)
    checks = {
      'every event counted': countOf(product.result) === events,
      'the same figures': sameAnswers(floor.result, questions, product.result),
    }
  }
  const peak_rss_mb = peakMemoryMb(process.pid)
  const [product, floor] = [best(products), best(floors)]
  return {
    scenario: 'P8 all customers, five measures',
    size: `${events / 1_000} k events, ${customers} customers`,
    product: { ...product, peak_rss_mb },
    floor,
    ratio: product.wall_s / floor.wall_s,
    cpu_ratio: round(product.cpu_s / floor.cpu_s, 2),
    goal: '≤ 1.2',
    checks,
  }
}

async function rateOne(
  stack: BenchStack,
  database: Database,
  { customers, singles }: { customers: number; singles: number },
): Promise<Row> {
  const scoped = database.scoped(stack.scoped.scope)
  const [productMs, floorMs]: [number[], number[]] = [[], []]
  let isSame = true
  for (let turn = 0; turn < singles; turn++) {
    const index = (turn * 7_919) % customers
    const questions = questionsOf(index)
    const floor = await measured(stack, () => bareSingle(stack, customerName(index)))
    const product = await measured(stack, () => aggregateUsage(scoped, questions))
    floorMs.push(floor.wall_s)
    productMs.push(product.wall_s)
    isSame &&= sameAnswers(floor.result, questions, product.result)
  }
  const [product, floor] = [percentiles(productMs), percentiles(floorMs)]
  return {
    scenario: 'P8 one customer, five measures',
    size: `p50 ${product.p50} ms, p99 ${product.p99} ms against ${floor.p50} ms, ${floor.p99} ms`,
    product: { wall_s: round(sum(productMs)), cpu_s: 0, peak_rss_mb: peakMemoryMb(process.pid) },
    floor: { wall_s: round(sum(floorMs)), cpu_s: 0 },
    ratio: product.p99 / floor.p99,
    cpu_ratio: null,
    goal: 'p99 ≤ 5 ms',
    checks: { 'the same figures': isSame },
  }
}

function questionsOf(index: number): UsageQuestion[] {
  const externalCustomerId = customerName(index)
  return measures.map((measure) => ({
    ...{ externalCustomerId, measure, wholeMs: null },
    spans: [{ ...month, stepMs: null }],
  }))
}

function countOf(answers: readonly UsageAnswer[]): number {
  return answers.reduce((total, { parts }) => total + (parts[0]?.eventCount ?? 0), 0)
}

function percentiles(seconds: readonly number[]): { p50: number; p99: number } {
  const sorted = seconds.toSorted((left, right) => left - right)
  const at = (part: number) => round((sorted[Math.floor(sorted.length * part)] ?? 0) * 1_000, 1)
  return { p50: at(0.5), p99: at(0.99) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
