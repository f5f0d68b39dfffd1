import { type BillingSlice, getBillingRun } from '@flexprice/database/billing'
import { billPages } from './bill-pages.ts'
import type { CronBillingDependencies } from './dependencies.ts'
import { whileHeartbeating } from './while-heartbeating.ts'

/** A killed worker's next attempt goes on behind the last whole page. */
export async function billSlice(
  { scoped, events }: CronBillingDependencies,
  slice: BillingSlice,
): Promise<void> {
  const handle = scoped()
  const run = await getBillingRun(handle, slice.runId)
  await whileHeartbeating(({ info: { attempt }, cancellationSignal: signal }) =>
    billPages(handle, { run, slice, attempt, signal }, events),
  )
}
