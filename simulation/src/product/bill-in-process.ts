import { billPage } from '@flexprice/activities/cron-billing'
import {
  cutBillingSlices,
  endBillingRun,
  insertBillingRun,
  type NewBillingRun,
} from '@flexprice/database/billing'
import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { getEnvironmentSettings } from '@flexprice/database/tenancy'

export const rowsMax = 500
const passesMax = 10_000

/** How many could not be billed, and how much was done. */
export interface Billed {
  readonly failed: number
  readonly done: number
}

/** Bills what is due by the environment's clock, by the worker's own passes, slices and pages, without Temporal. */
export async function billInProcess(scoped: Scoped, now: Date): Promise<Billed> {
  const settings = await getEnvironmentSettings(scoped)
  const run = await insertBillingRun(scoped, newRun(now), now)
  const counts = { failed: 0, done: 0 }
  for (let pass = 1; pass <= passesMax; pass++) {
    const workflow = { id: 'simulation', runId: run.id }
    const slices = await cutBillingSlices(scoped, { runId: run.id, pass, slicesMax: 1, workflow, now })
    if (slices.length === 0) break
    for (const slice of slices) {
      for (;;) {
        const page = { run, slice: { runId: run.id, pass, slice }, rowsMax, settings, now }
        const billed = await inTransaction(scoped, (transaction) => billPage(transaction, page))
        if (billed === undefined) break
        counts.failed += billed.failed
        counts.done += billed.processed + billed.invoicesFinalized
      }
    }
  }
  await endBillingRun(scoped, { id: run.id, canceled: false, now })
  return counts
}

let runs = 0

function newRun(now: Date): NewBillingRun {
  const requestKey = `simulated-${++runs}`
  const all = { subscriptionIds: null, dryRun: false }
  return { requestKey, requestHash: '', trigger: 'schedule', asOf: now, ...all }
}
