// `pnpm simulate`: random lives that try to break billing, on the real database, beside an independent model.
import { parseArgs } from 'node:util'
import { openThrowAway } from './open-throw-away.ts'
import { describeReport } from './report.ts'
import { simulate } from './simulate.ts'

const usage = `pnpm simulate [--years 10] [--customers 200] [--steps 20000] [--seed 1] [--json]

  --years      how long each life is, by a test clock
  --customers  how many customers there are, four in an environment
  --steps      how many steps all lives have together: acts, events, and the passing of time
  --seed       what decides all of them: the same lives for the same seed and sizes
  --workers    how many lives are lived at the same time (2)
  --tries      how often a failing life is lived again to find its fewest steps (300)
  --json       the report as one object

Starts a PostgreSQL of its own in a temporary folder. Exit code 1 where product and model differ.`

const { values } = parseArgs({
  options: {
    years: { type: 'string', default: '10' },
    customers: { type: 'string', default: '200' },
    steps: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    tries: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const numbers = {
  ...{ years: Number(values.years), customers: Number(values.customers), steps: Number(values.steps) },
  ...{ seed: Number(values.seed), lifeWorkers: Number(values.workers), triesMax: Number(values.tries) },
}
const names = new Map([
  ['lifeWorkers', 'workers'],
  ['triesMax', 'tries'],
])
const mayBeNone = ['seed', 'triesMax']
const bad = Object.entries(numbers).filter(
  ([name, number]) => !Number.isInteger(number) || number < (mayBeNone.includes(name) ? 0 : 1),
)
if (values.help || bad.length > 0) {
  const wrong = bad.map(([name]) => `${names.get(name) ?? name} must be a whole number above 0\n`).join('')
  process.stderr.write(`${wrong}${usage}\n`)
  process.exit(values.help ? 0 : 2)
}

let failing: boolean
{
  await using databases = await openThrowAway()
  const tell = (line: string) => void process.stderr.write(`${line}\n`)
  const report = await simulate(databases, { ...numbers, customersPerLife: 4 }, tell)
  process.stdout.write(`${values.json ? JSON.stringify(report) : describeReport(report)}\n`)
  failing = report.findings.length > 0
}
process.exit(failing ? 1 : 0)
