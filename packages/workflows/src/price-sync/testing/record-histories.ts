/**
 * Records a history for each course that a price sync can take, from a real server, beside its body:
 * `pnpm record-histories`, with the test stack's variables set. To be run when the body changes on purpose, once
 * nothing runs any more that began on the old one; the new histories are committed with the change.
 */
import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError, type Scope } from '@flexprice/domain'
import {
  createTestTemporal,
  newTestScope,
  startTestWorker,
  withTestClient,
} from '@flexprice/testing/temporal'
import { Context } from '@temporalio/activity'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { pretendPriceSync } from './pretend-activities.ts'

const contract = workflows['price-sync']
const workspace = fileURLToPath(new URL('../../../../../', import.meta.url))
const input = { plan_id: 'plan_recorded' }
const bundle = {
  workflows: import.meta.resolve('../index.ts'),
  interceptors: import.meta.resolve('../../interceptors.ts'),
}

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

async function record(
  course: string,
  activities: (scope: Scope) => object,
  meanwhile: (scope: Scope, workflowId: string) => Promise<void> = async () => {},
): Promise<void> {
  const scope = newTestScope()
  await using _worker = await startTestWorker({
    definition: contract.definition,
    bundle,
    activities: activities(scope),
  })
  const { workflowId } = await temporal.startWorkflow(contract, input, scope)
  await meanwhile(scope, workflowId)
  const { status } = await temporal.workflowResult(scope, workflowId, { waitMs: 30_000 })
  await writeFile(new URL(`../${course}.history.json`, import.meta.url), await readHistory(workflowId))
  process.stdout.write(`${course}: ${status}\n`)
}

/** Without the machine's name and folders. */
async function readHistory(workflowId: string): Promise<string> {
  const history = await withTestClient((client) => client.workflow.getHandle(workflowId).fetchHistory())
  const text = JSON.stringify(JSON.parse(historyToJSON(history)), undefined, 1)
  return `${text.replaceAll(hostname(), 'recorded').replaceAll(workspace, '')}
`
}

async function untilCancelled(): Promise<void> {
  const context = Context.current()
  for (;;) {
    context.heartbeat()
    context.cancellationSignal.throwIfAborted()
    await sleep(20)
  }
}
