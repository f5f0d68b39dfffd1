import {
  type BillingRunRow,
  getBillingRun,
  nextDueInstant,
  turnClockSlice,
} from '@flexprice/database/billing'
import { inTransaction, readNow, type Scoped, writeClock } from '@flexprice/database/connection'
import { getEnvironmentSettings } from '@flexprice/database/tenancy'
import type { Context } from '@temporalio/activity'
import { billPages } from './bill-pages.ts'
import type { CronBillingDependencies } from './dependencies.ts'
import { whileHeartbeating } from './while-heartbeating.ts'

/**
 * Moves the environment's clock from due instant to due instant and bills at each what is due by it, as the schedule
 * would have done, until it stands where the run says. The clock itself is how far it is: a killed worker's next
 * attempt bills what is left at the instant where it stands, and goes on (billing rules, section 9).
 */
export async function advanceClock(
  { scoped, events }: CronBillingDependencies,
  { runId }: { runId: string },
): Promise<void> {
  const handle = scoped()
  const run = await getBillingRun(handle, runId)
  await whileHeartbeating(async (context) => {
    let at = await readNow(handle)
    for (;;) {
      await billInstant(handle, { run: { ...run, as_of: at }, context }, events)
      if (at >= run.as_of) return
      at = await stepClock(handle, { after: at, upTo: run.as_of })
    }
  })
}

/** Pass after pass: of a subscription that is behind, each bills its oldest period, and closing comes last. */
async function billInstant(
  handle: Scoped,
  { run, context }: { run: BillingRunRow; context: Context },
  events: CronBillingDependencies['events'],
): Promise<void> {
  const { cancellationSignal: signal } = context
  const { attempt } = context.info
  for (;;) {
    signal.throwIfAborted()
    const slice = await turnClockSlice(handle, { run, at: run.as_of })
    if (slice === undefined) return
    // What could neither be billed nor has failed (billing is paused) is not tried for ever.
    if ((await billPages(handle, { run, slice, attempt, signal }, events)) === 0) return
  }
}

/** While billing is paused nothing happens on the way. */
async function stepClock(handle: Scoped, { after, upTo }: { after: Date; upTo: Date }): Promise<Date> {
  return await inTransaction(handle, async (transaction) => {
    const { billing_paused: paused } = await getEnvironmentSettings(transaction)
    const due = paused ? undefined : await nextDueInstant(transaction, { after, upTo })
    const at = due ?? upTo
    await writeClock(transaction, at)
    return at
  })
}
