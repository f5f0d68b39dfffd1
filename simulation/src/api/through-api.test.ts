import { workflows } from '@flexprice/contracts/workflows'
import {
  createTestDatabase,
  terminateLeftOvers,
  testApiSimulationSteps,
  testNamespace,
  testStack,
} from '@flexprice/testing'
import { expect, test } from 'vitest'
import { openDatabases } from '../product/product.ts'
import { describeReport } from '../report.ts'
import { simulate } from '../simulate.ts'
import { startProcesses } from './processes.ts'
import { throughApi, throughApiPace } from './through-api.ts'

const stepsPerCustomer = 50
const msPerStep = 2_000

test(
  'lives over HTTP are billed to the cent, whatever is killed or away meanwhile',
  async () => {
    await using stack = new AsyncDisposableStack()
    const database = stack.use(await createTestDatabase())
    const databases = stack.use(openDatabases(database))
    // Disposed after the services: what they have left running has nobody to work on it then.
    for (const name of [
      'cron-billing',
      'price-sync',
      'subscription-creation',
      'calculate-charges',
      'subscription-change',
    ] as const) {
      stack.defer(() => terminateLeftOvers(workflows[name].definition))
    }
    const { temporalAddress, redisUrl } = testStack()
    const servers = { databases, appUrl: database.appUrl, temporalAddress, redisUrl }
    const processes = stack.use(await startProcesses({ ...servers, temporalNamespace: testNamespace() }))
    const steps = testApiSimulationSteps()
    const customers = Math.max(2, Math.ceil(steps / stepsPerCustomer))
    const size = { seed: 20_261_727, years: 1, customers, steps, customersPerLife: 4 }
    const pace = { ...throughApiPace, lifeWorkers: 2, triesMax: 0 }
    const report = await simulate(throughApi(processes), { ...size, ...pace }, () => undefined)
    await processes.disturbed()
    expect(report.findings, describeReport(report)).toEqual([])
    expect(report.invoices).toBeGreaterThan(0)
    expect(report.events).toBeGreaterThan(0)
    expect(report.changes).toBeGreaterThan(0)
    expect(report.paidByCredits).toBeGreaterThan(0)
  },
  120_000 + testApiSimulationSteps() * msPerStep,
)
