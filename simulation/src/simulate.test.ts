import { createTestDatabase, testSimulationSteps } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { inProcess } from './play/in-process.ts'
import { openDatabases } from './product/product.ts'
import { describeReport } from './report.ts'
import { type Simulation, simulate } from './simulate.ts'

const stepsPerCustomer = 125
const msPerStep = 200

function simulationOf(steps: number): Simulation {
  const customers = Math.max(8, Math.ceil(steps / stepsPerCustomer))
  const size = { seed: 20_260_103, years: 1, customers, steps, customersPerLife: 4 }
  return { ...size, lifeWorkers: 2, triesMax: 50 }
}

test(
  'random lives are billed to the cent as a model says that shares no code with the product',
  async () => {
    await using database = await createTestDatabase()
    await using databases = openDatabases(database)
    const report = await simulate(inProcess(databases), simulationOf(testSimulationSteps()), () => undefined)
    expect(report.findings, describeReport(report)).toEqual([])
    expect(report.lines).toBeGreaterThan(report.invoices)
    expect(report.events).toBeGreaterThan(report.lives)
    // Of each something was held against the model.
    expect(Math.min(report.paidByCredits, report.payments, report.notes)).toBeGreaterThan(0)
    expect(Math.min(report.changes, report.refusals)).toBeGreaterThan(0)
  },
  60_000 + testSimulationSteps() * msPerStep,
)

test('one cent too much on one line is found, and told by the fewest steps', async () => {
  await using database = await createTestDatabase()
  await database.asOwner(`
    create function one_cent_more() returns trigger language plpgsql as $$
      begin new.amount := new.amount + 0.01; return new; end $$;
    create trigger one_cent_more before insert on invoice_line_items for each row
      when (new.amount > 0) execute function one_cent_more()`)
  await using databases = openDatabases(database)
  const size = { ...simulationOf(200), customers: 4 }
  const { findings } = await simulate(inProcess(databases), size, () => undefined)
  expect(findings).toHaveLength(1)
  const [found] = findings
  expect(found?.played.failure?.problems[0]).toMatch(/expected .* actual/s)
  expect(found?.steps.length).toBeLessThan(12)
}, 120_000)
