import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { inTransaction, inUndoneTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import type { FailedChange } from './apply-plan-changes.ts'
import { behind, broughtUp } from './bring-up.ts'
import { type Changed, changeHeld, grantsUntil } from './change-held.ts'
import type { SubscriptionChangeDependencies } from './dependencies.ts'
import { withMade } from './shown-made.ts'

/**
 * Changes a subscription at once, or writes down what is to be changed as its period ends. A preview is the same, undone:
 * so it is the execution to the cent, with all that is billed on the way. Where billing is behind an execution is tried
 * like that first, so that what refuses it has billed nothing.
 */
export async function changeSubscription(
  { scoped, events }: SubscriptionChangeDependencies,
  input: SubscriptionChangeInput,
): Promise<SubscriptionChangeResult> {
  const handle = scoped()
  const now = await readNow(handle)
  const { subscription_id: subscriptionId, request } = input
  const of = { subscriptionId, grantsUntil: grantsUntil(request, now), now }
  const tried = (transaction: Scoped): Promise<Changed> =>
    broughtUp({ step: (work) => work(transaction), ...of }, (within, failed) =>
      changeHeld(within, input, { now, failed }),
    )
  const preview = (): Promise<SubscriptionChangeResult> =>
    inUndoneTransaction(handle, async (transaction) => {
      const { result } = await tried(transaction)
      // What is undone has no identity.
      return { ...(await withMade(transaction, result)), change_id: null, schedule_id: null }
    })
  if (input.mode === 'preview') return await preview()
  const execute = () =>
    inTransaction(handle, (transaction) => changeHeld(transaction, input, { now, failed: [] }))
  const first = await execute()
  const { result, replayed } = first === behind ? await afterBilling() : first
  events.changed({ kind: request.kind, subscriptionId, replayed })
  return result

  async function afterBilling(): Promise<Changed> {
    await inUndoneTransaction(handle, tried)
    const step = <Result>(work: Parameters<typeof inTransaction<Result>>[1]) => inTransaction(handle, work)
    let failedThere: readonly FailedChange[] = []
    try {
      return await broughtUp({ step, ...of }, (transaction, failed) => {
        failedThere = failed
        return changeHeld(transaction, input, { now, failed })
      })
    } finally {
      // Those periods are billed, whatever has become of the change itself.
      events.schedulesFailed(failedThere.length)
    }
  }
}
