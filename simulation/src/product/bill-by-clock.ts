import { billPage } from '@flexprice/activities/cron-billing'
import { type BillingRunRow, insertClockMove, turnClockSlice } from '@flexprice/database/billing'
import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { type EnvironmentSettings, getEnvironmentSettings } from '@flexprice/database/tenancy'
import { type Billed, rowsMax } from './bill-in-process.ts'

/** Longer than any life. */
const moveMs = 100 * 365 * 86_400_000

/** One move of the environment's clock, as the worker of a test clock makes it, which somebody stops at each instant. */
export function createClockMove(scoped: Scoped): { bill(at: Date): Promise<Billed> } {
  let begun: { readonly run: BillingRunRow; readonly settings: EnvironmentSettings } | undefined
  const begin = async (from: Date) => {
    const workflow = { id: 'simulation', runId: `move-${scoped.scope.environmentId}` }
    const run = await insertClockMove(scoped, { from, to: new Date(from.getTime() + moveMs), workflow })
    return { run, settings: await getEnvironmentSettings(scoped) }
  }
  return {
    async bill(at) {
      begun ??= await begin(at)
      const { run, settings } = begun
      const counts = { failed: 0, done: 0 }
      for (;;) {
        const slice = await turnClockSlice(scoped, { run, at })
        // Nothing is due any more: whoever bills once more, finds nothing.
        if (slice === undefined) return counts
        const page = { run: { ...run, as_of: at }, slice, rowsMax, settings, now: at }
        const billed = await inTransaction(scoped, (transaction) => billPage(transaction, page))
        const done = (billed?.processed ?? 0) + (billed?.invoicesFinalized ?? 0)
        const failed = billed?.failed ?? 0
        if (done + failed === 0)
          throw new Error(`what is due by ${at.toISOString()} is neither done nor fails`)
        counts.done += done
        counts.failed += failed
      }
    },
  }
}
