// `pnpm simulate`: random lives that try to break billing, on the real database, beside an independent model.
import { parseArgs } from 'node:util'
import { stopSignal } from '@flexprice/local-stack/stop-signal'
import { startProcesses } from './api/processes.ts'
import { throughApi, throughApiPace } from './api/through-api.ts'
import { livesOf, livesToLive } from './lives/lives-to-live.ts'
import { openThrowAway, type ThrowAway } from './open-throw-away.ts'
import { inProcess } from './play/in-process.ts'
import type { Databases } from './product/product.ts'
import { describeReport } from './report.ts'
import { type Report, simulate } from './simulate.ts'

const usage = `pnpm simulate [--years 10] [--customers 200] [--steps 20000] [--seed 1] [--lives 1-50]
              [--through functions] [--thorough 1] [--json]

  --years      how long each life is, by a test clock
  --customers  how many customers there are, four in an environment
  --steps      how many steps all lives have together: acts, events, and the passing of time
  --seed       what decides all of them: the same lives for the same seed and sizes
  --lives      which of them are lived, counted from 1, as 11-20 or 13; the same lives as in the whole run, which can so
               be lived in parts, and again where one of them failed (all)
  --through    what steps go through: functions, those that the product's doors call, in this process; or api, a gateway,
               Temporal and workers as processes, of which some are killed, and a database that is cut off and restarted
  --workers    how many lives are lived at the same time (4)
  --tries      how often a failing life is lived again to find its fewest steps (300; through the api 0)
  --thorough   after how many billings what costs much is checked, as previews: after each (1)
  --json       the report as one object

Starts servers of its own in a temporary folder. Exit code 1 where product and model differ.`

const { values } = parseArgs({
  options: {
    years: { type: 'string', default: '10' },
    customers: { type: 'string', default: '200' },
    steps: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    lives: { type: 'string' },
    through: { type: 'string', default: 'functions' },
    workers: { type: 'string', default: '4' },
    tries: { type: 'string' },
    thorough: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const customersPerLife = 4
const isThroughApi = values.through === 'api'
const numbers = {
  ...{ years: Number(values.years), customers: Number(values.customers), steps: Number(values.steps) },
  ...{ seed: Number(values.seed), lifeWorkers: Number(values.workers) },
  triesMax: Number(values.tries ?? (isThroughApi ? 0 : 300)),
  thoroughEach: Number(values.thorough),
}
const names = new Map([
  ['lifeWorkers', 'workers'],
  ['triesMax', 'tries'],
  ['thoroughEach', 'thorough'],
])
const mayBeNone = ['seed', 'triesMax']
const bad = Object.entries(numbers)
  .filter(([name, number]) => !Number.isInteger(number) || number < (mayBeNone.includes(name) ? 0 : 1))
  .map(([name]) => `${names.get(name) ?? name} must be a whole number above 0\n`)
const lives = livesToLive(values.lives, livesOf({ ...numbers, customersPerLife }))
if (typeof lives === 'string') bad.push(`${lives}\n`)
if (!isThroughApi && values.through !== 'functions') bad.push('through must be functions or api\n')
if (values.help || typeof lives === 'string' || bad.length > 0) {
  process.stderr.write(`${bad.join('')}${usage}\n`)
  process.exit(values.help ? 0 : 2)
}

/** As shells say of a program that was told to stop. */
const interrupted = 130
const signal = stopSignal()
let exitCode: number
try {
  // Ctrl-C leaves no server and no process behind: whatever has been started is disposed of, once.
  await using servers = await openThrowAway(signal)
  await using processes = isThroughApi ? await startProcesses(await servers.startServers()) : undefined
  const of = { ...numbers, customersPerLife, lives, signal }
  const report = processes
    ? await simulate(throughApi(processes), { ...of, ...throughApiPace }, tell)
    : await simulate(inProcess(servers.databases, ...handlesFor(servers)), of, tell)
  const disturbed = processes && { disturbed: Object.fromEntries(await processes.disturbed()) }
  const whole: Report = { ...report, ...disturbed }
  process.stdout.write(`${values.json ? JSON.stringify(whole) : describeReport(whole)}\n`)
  exitCode = report.findings.length > 0 ? 1 : 0
} catch (error) {
  if (!signal.aborted) throw error
  exitCode = interrupted
}
process.exit(exitCode)

/** One for each life that is lived at the same time as the first. */
function handlesFor({ openDatabases }: ThrowAway): Databases[] {
  return Array.from({ length: numbers.lifeWorkers - 1 }, openDatabases)
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
