import { insertClockMove } from '@flexprice/database/billing'
import { inTransaction, lockClock, writeClock } from '@flexprice/database/connection'
import { assert, invalid } from '@flexprice/domain'
import { clockMoveProblem, clockMoveStart } from '@flexprice/domain/time'
import { Context } from '@temporalio/activity'
import type { CronBillingDependencies } from './dependencies.ts'

export interface BegunMove {
  readonly runId: string
  /** RFC 3339. */
  readonly from: string
}

/**
 * Sets the environment's clock where it begins, if it has none, and makes the run that bills on its way.
 *
 * @throws validation_error for an instant that the clock cannot be moved to, by the field `now`
 */
export async function beginClockMove(
  { scoped }: CronBillingDependencies,
  { to }: { to: string },
): Promise<BegunMove> {
  const { workflowExecution: workflow } = Context.current().info
  assert(workflow, 'a clock is moved by a workflow')
  const end = new Date(to)
  return await inTransaction(scoped(), async (transaction) => {
    const facts = await lockClock(transaction)
    const message = clockMoveProblem(end, facts)
    if (message !== undefined) throw invalid([{ path: 'now', message }])
    const from = clockMoveStart(end, facts)
    if (facts.clockAt === null) await writeClock(transaction, from)
    const { workflowId: id, runId } = workflow
    const run = await insertClockMove(transaction, { from, to: end, workflow: { id, runId } })
    return { runId: run.id, from: (run.clock_from ?? from).toISOString() }
  })
}
