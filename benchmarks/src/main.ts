// `pnpm bench <name>`: makes its data, runs the product and its floor by turns, checks the result, prints ratios.
import { parseArgs } from 'node:util'
import { orStopped, stopSignal } from '@flexprice/local-stack/stop-signal'
import { benchAttack } from './attack/attack.ts'
import { attackTable } from './attack/attack-table.ts'
import { type BenchStack, startBenchStack } from './bench-stack.ts'
import { benchBilling } from './billing/billing.ts'
import { benchCalculate } from './calculate/calculate.ts'
import { benchChange } from './change/change.ts'
import { benchCreate } from './create/create.ts'
import { benchEvents } from './events/events.ts'
import { benchGateway } from './gateway/gateway.ts'
import { benchImport } from './import/import.ts'
import { benchPriceSync } from './price-sync/price-sync.ts'
import { type Checked, speedTable, type Table, tableHead, tableRow, writeSpeedTable } from './report.ts'
import { benchUsage } from './usage/usage.ts'

type Size = 's' | 'm' | 'l'

const benchmarks = {
  'price-sync': shown(benchPriceSync, speedTable),
  create: shown(benchCreate, speedTable),
  change: shown(benchChange, speedTable),
  gateway: shown(benchGateway, speedTable),
  attack: shown(benchAttack, attackTable),
  calculate: shown(benchCalculate, speedTable),
  billing: shown(benchBilling, speedTable),
  events: shown(benchEvents, speedTable),
  import: shown(benchImport, speedTable),
  usage: shown(benchUsage, speedTable),
} as const

const usage = `pnpm bench <name> [--size s|m|l] [--json] [--write]

  names     ${Object.keys(benchmarks).join(', ')}
  --size    s: a twentieth, for CI; m (default): as the benchmarks page says; l: with its largest parts
  --json    one object a row instead of a table
  --write   writes the table into docs/speed.md

Starts a stack of its own in a temporary folder. A failed check ends it with exit code 1.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: 'm' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const [name] = positionals
const { size } = values
if (values.help || name === undefined || !isBenchmark(name) || !isSize(size)) {
  process.stderr.write(`${usage}\n`)
  process.exit(values.help ? 0 : 2)
}

/** As shells say of a program that was told to stop. */
const interrupted = 130
const signal = stopSignal()
let exitCode: number
try {
  const { lines, allHold } = await measure(benchmarks[name], size)
  if (values.write) writeSpeedTable(name, size, lines)
  exitCode = allHold ? 0 : 1
} catch (error) {
  if (!signal.aborted) throw error
  exitCode = interrupted
}
process.exit(exitCode)

interface Measured {
  readonly lines: readonly string[]
  readonly allHold: boolean
}

/** Prints each row as it is there. Ctrl-C leaves no server and no process behind. */
async function measure(bench: Shown, size: Size): Promise<Measured> {
  await using stack = await startBenchStack(signal)
  const print = async () => {
    const lines = [bench.head]
    let allHold = true
    if (!values.json) process.stdout.write(`${bench.head}\n`)
    for await (const { line, json, holds } of bench.rows(stack, size)) {
      lines.push(line)
      allHold &&= holds
      process.stdout.write(`${values.json ? json : line}\n`)
    }
    return { lines, allHold }
  }
  return await orStopped(signal, print())
}

interface Shown {
  readonly head: string
  rows(stack: BenchStack, size: Size): AsyncGenerator<{ line: string; json: string; holds: boolean }>
}

/** A benchmark with how its rows are shown, of whatever kind they are. */
function shown<One extends Checked>(
  bench: (stack: BenchStack, size: Size) => AsyncGenerator<One>,
  table: Table<One>,
): Shown {
  return {
    head: tableHead(table),
    async *rows(stack, size) {
      for await (const row of bench(stack, size)) {
        const holds = Object.values(row.checks).every(Boolean)
        yield { line: tableRow(table, row), json: JSON.stringify(row), holds }
      }
    },
  }
}

function isBenchmark(text: string): text is keyof typeof benchmarks {
  return Object.hasOwn(benchmarks, text)
}

function isSize(text: string): text is Size {
  return text === 's' || text === 'm' || text === 'l'
}
