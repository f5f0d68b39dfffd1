/** Records the courses that a price sync can take: `pnpm record-histories`, with the test stack's variables set. */
import { setTimeout as sleep } from 'node:timers/promises'
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError, type Scope } from '@flexprice/domain'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { Context } from '@temporalio/activity'
import { recordHistory } from '../../testing/record-history.ts'
import { pretendPriceSync } from './pretend-activities.ts'

const contract = workflows['price-sync']
const input = { plan_id: 'plan_recorded' }

await using temporal = createTestTemporal()

await record('one-pass', () => pretendPriceSync())

await record('nothing-to-do', () => {
  const activities = pretendPriceSync()
  activities.plan.synced = activities.plan.edits
  return activities
})

await record('requested-again', (scope) => {
  let requested = false
  return pretendPriceSync({
    async onSlice(slice, plan) {
      if (slice !== 0 || requested) return
      requested = true
      plan.edits++
      await temporal.startWorkflow(contract, input, scope)
    },
  })
})

await record('failed-slice', () =>
  pretendPriceSync({
    onSlice(slice) {
      if (slice === 0) throw new CodedError('not_found', 'Plan plan_recorded does not exist')
    },
  }),
)

await record(
  'cancelled',
  () => pretendPriceSync({ onSlice: untilCancelled }),
  async (scope, workflowId) => {
    await sleep(1_000)
    await temporal.cancelWorkflow(scope, workflowId)
  },
)

function record(
  course: string,
  activities: (scope: Scope) => object,
  meanwhile: (scope: Scope, workflowId: string) => Promise<void> = async () => {},
): Promise<void> {
  return recordHistory(temporal, course, { contract, input, activities, meanwhile })
}

async function untilCancelled(): Promise<void> {
  const context = Context.current()
  for (;;) {
    context.heartbeat()
    context.cancellationSignal.throwIfAborted()
    await sleep(20)
  }
}
