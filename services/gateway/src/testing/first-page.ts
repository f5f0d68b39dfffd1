import { billPage } from '@flexprice/activities/cron-billing'
import { cutBillingSlices, insertBillingRun } from '@flexprice/database/billing'
import { inTransaction } from '@flexprice/database/connection'
import { getEnvironmentSettings } from '@flexprice/database/tenancy'
import type { Caller } from './caller-under-test.ts'

/** Does the first page of what is due by an instant, as a run would, and tells how many rows and statements that were. */
export async function firstPage(
  { scoped }: Caller,
  asOf: Date,
): Promise<{ processed: number | undefined; statements: number }> {
  const request = { requestKey: crypto.randomUUID(), requestHash: '', trigger: 'schedule' } as const
  const run = await insertBillingRun(scoped, { ...request, asOf, subscriptionIds: null, dryRun: false }, asOf)
  const workflow = { id: 'test', runId: run.id }
  await cutBillingSlices(scoped, { runId: run.id, pass: 1, slicesMax: 1, workflow, now: asOf })
  const page = { run, slice: { runId: run.id, pass: 1, slice: 0 }, rowsMax: 500, now: asOf }
  const settings = await getEnvironmentSettings(scoped)
  return await inTransaction(scoped, async (transaction) => {
    let statements = 0
    const db = transaction.db.withPlugin({
      transformQuery: ({ node }) => {
        statements++
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const counts = await billPage({ ...transaction, db }, { ...page, settings })
    return { processed: counts?.processed, statements }
  })
}
