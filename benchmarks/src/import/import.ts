import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { BenchStack } from '../bench-stack.ts'
import { cpuSeconds, idleMemoryMb } from '../process-usage.ts'
import { best, type Row, round } from '../report.ts'
import { bareImport, makeRawTables, rowsPerSlice } from './bare-import.ts'
import { checkEvents, type EventFile, fileTypes, sizeOf, writeEventFile } from './event-files.ts'
import { killedRow } from './killed-import.ts'
import { type ImportRun, productImport, worker } from './product-import.ts'

/** `l` has no floor: it is there for the worker's memory. */
const sizes = {
  s: { events: 20_000, repeats: 3, types: fileTypes },
  m: { events: 1_000_000, repeats: 2, types: fileTypes },
  l: { events: 10_000_000, repeats: 0, types: ['CSV'] },
} as const

const memoryGoalMb = 150

/** P10 of the benchmarks page: files of events, from the upload to the last row, against a bare importer. */
export async function* benchImport(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const { events, repeats, types } = sizes[size]
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice-bench-files-'))
  const idle = await idleMemoryMb(stack.pidOf(worker))
  const runs: ImportRun[] = []
  try {
    await makeRawTables(stack.owner, await appRole(stack))
    for (const type of types) {
      const file = await writeEventFile(dir, type, events)
      if (repeats === 0) {
        yield await aloneRow(stack, file, runs)
        continue
      }
      const done = await takeTurns(stack, file, repeats)
      runs.push(...done.products)
      yield comparedRow(file, done)
      if (type === 'CSV') {
        await empty(stack)
        yield await killedRow(stack, file, best(done.products))
      }
    }
    yield memoryRow(events, idle, runs)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Usage {
  readonly wall_s: number
  readonly cpu_s: number
}

interface Done {
  readonly products: ImportRun[]
  readonly whole: Usage[]
  readonly sliced: Usage[]
  readonly checks: Record<string, boolean>
}

async function takeTurns(stack: BenchStack, file: EventFile, repeats: number): Promise<Done> {
  const done: Done = { products: [], whole: [], sliced: [], checks: {} }
  const check = async (): Promise<void> => {
    for (const [name, holds] of Object.entries(await checkEvents(stack, file))) {
      done.checks[name] = holds && done.checks[name] !== false
    }
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    done.whole.push(await floorImport(stack, file, file.events))
    await check()
    done.sliced.push(await floorImport(stack, file, rowsPerSlice))
    await check()
    await empty(stack)
    done.products.push(await productImport(stack, file))
    await check()
  }
  done.checks['none rejected'] = done.products.every((run) => run.tellsItsCounts)
  return done
}

/** Reading and sending the file is this process's part. */
async function floorImport(stack: BenchStack, file: EventFile, rowsAtOnce: number): Promise<Usage> {
  await empty(stack)
  const cpu = () => cpuSeconds(stack.postmasterPid) + cpuSeconds(process.pid)
  const [before, started] = [cpu(), performance.now()]
  await bareImport(stack.app, file, rowsAtOnce)
  return { wall_s: (performance.now() - started) / 1000, cpu_s: cpu() - before }
}

/** Neither finds what another run left to PostgreSQL. */
async function empty({ owner, superuser }: BenchStack): Promise<void> {
  await owner.query('truncate events, event_ids')
  await superuser.query('checkpoint')
}

async function appRole({ app }: BenchStack): Promise<string> {
  const { rows } = await app.query<{ role: string }>('select quote_ident(current_user) as role')
  return rows[0]?.role ?? ''
}

function comparedRow(file: EventFile, { products, whole, sliced, checks }: Done): Row {
  const [product, one, many] = [best(products), best(whole), best(sliced)]
  const floor = one.wall_s <= many.wall_s ? one : many
  const how = one.wall_s <= many.wall_s ? 'one COPY and one INSERT' : 'COPY and INSERT by slices of 100,000'
  const uploadS = round(Math.min(...products.map((run) => run.upload_s)), 2)
  return {
    scenario: `P10 ${file.type} against ${how} (the upload: ${uploadS} s)`,
    size: `${sizeOf(file)}: ${rateOf(file, product)} rows/s against ${rateOf(file, floor)}`,
    product: { ...product, peak_rss_mb: Math.max(...products.map((run) => run.peak_rss_mb)) },
    floor,
    ratio: round(product.wall_s / floor.wall_s),
    cpu_ratio: floor.cpu_s === 0 ? null : round(product.cpu_s / floor.cpu_s, 2),
    goal: '≤ 1.25',
    checks,
  }
}

async function aloneRow(stack: BenchStack, file: EventFile, runs: ImportRun[]): Promise<Row> {
  await empty(stack)
  const run = await productImport(stack, file)
  runs.push(run)
  const product = best([run])
  return {
    scenario: `P10 ${file.type} alone (the upload: ${round(run.upload_s, 2)} s)`,
    size: `${sizeOf(file)}: ${rateOf(file, product)} rows/s`,
    product: { ...product, peak_rss_mb: run.peak_rss_mb },
    floor: product,
    ratio: 1,
    cpu_ratio: null,
    goal: '–',
    checks: { ...(await checkEvents(stack, file)), 'none rejected': run.tellsItsCounts },
  }
}

/** The idle value is the least of a worker that has imported nothing yet. */
function memoryRow(events: number, idle: number, runs: readonly ImportRun[]): Row {
  const peak = Math.max(...runs.map((run) => run.peak_rss_mb))
  const most = best(runs)
  return {
    scenario: `P10 memory of the worker: ${peak - idle} MB above its ${idle} MB when idle (ratio = of ${memoryGoalMb} MB)`,
    size: `${events / 1_000} k events, as above`,
    product: { ...most, peak_rss_mb: peak },
    floor: most,
    ratio: round((peak - idle) / memoryGoalMb),
    cpu_ratio: null,
    goal: '≤ 1',
    checks: {},
  }
}

function rateOf({ events }: EventFile, { wall_s }: Usage): number {
  return Math.round(events / wall_s)
}
