// `pnpm bench <name>`: makes its data, runs the product and its floor by turns, checks the result, prints ratios.
import { parseArgs } from 'node:util'
import { orStopped, stopSignal } from '@flexprice/local-stack/stop-signal'
import { startBenchStack } from './bench-stack.ts'
import { benchBilling } from './billing/billing.ts'
import { benchCalculate } from './calculate/calculate.ts'
import { benchChange } from './change/change.ts'
import { benchCreate } from './create/create.ts'
import { benchEvents } from './events/events.ts'
import { benchGateway } from './gateway/gateway.ts'
import { benchImport } from './import/import.ts'
import { benchPriceSync } from './price-sync/price-sync.ts'
import { printRow, type Row, tableHead, writeSpeedTable } from './report.ts'
import { benchUsage } from './usage/usage.ts'

const benchmarks = {
  'price-sync': benchPriceSync,
  create: benchCreate,
  change: benchChange,
  gateway: benchGateway,
  calculate: benchCalculate,
  billing: benchBilling,
  events: benchEvents,
  import: benchImport,
  usage: benchUsage,
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
  const rows = await measure(name, size)
  if (values.write) writeSpeedTable(name, rows)
  exitCode = rows.every((row) => Object.values(row.checks).every(Boolean)) ? 0 : 1
} catch (error) {
  if (!signal.aborted) throw error
  exitCode = interrupted
}
process.exit(exitCode)

/** Prints each row as it is there. Ctrl-C leaves no server and no process behind. */
async function measure(benchmark: keyof typeof benchmarks, size: 's' | 'm' | 'l'): Promise<Row[]> {
  await using stack = await startBenchStack(signal)
  const print = async () => {
    const rows: Row[] = []
    if (!values.json) process.stdout.write(`${tableHead}\n`)
    for await (const row of benchmarks[benchmark](stack, size)) {
      rows.push(row)
      printRow(row, values.json)
    }
    return rows
  }
  return await orStopped(signal, print())
}

function isBenchmark(text: string): text is keyof typeof benchmarks {
  return Object.hasOwn(benchmarks, text)
}

function isSize(text: string): text is 's' | 'm' | 'l' {
  return text === 's' || text === 'm' || text === 'l'
}
