import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskProcessingActivities } from '@flexprice/activities/task-processing'
import { workflows } from '@flexprice/contracts/workflows'
import { CodedError } from '@flexprice/domain'
import { createTestTemporal } from '@flexprice/testing/temporal'
import { Context } from '@temporalio/activity'
import { recordHistory } from './record-history.ts'

/** Records the courses that a task can take, of either workflow. */
export async function recordTaskHistories(
  name: 'task-processing' | 'task-processing-with-progress',
): Promise<void> {
  await using temporal = createTestTemporal()
  const contract = workflows[name]
  const record = (
    course: string,
    activities: Partial<TaskProcessingActivities>,
    {
      revert,
      meanwhile = async () => {},
    }: { revert?: true; meanwhile?: Parameters<typeof recordHistory>[2]['meanwhile'] } = {},
  ) =>
    recordHistory(temporal, course, {
      contract,
      // An id of its own, as a task's workflow runs once.
      input: { task_id: `task_${randomUUID()}`, ...(revert && { revert }) },
      activities: () => ({ ...pretended, ...activities }),
      meanwhile,
    })
  await record('imported', {})
  await record('retried', {
    async importFile() {
      if (Context.current().info.attempt === 1) throw new CodedError('service_unavailable', 'for a while')
    },
  })
  await record('broken-file', {
    async importFile() {
      throw new CodedError('validation_error', 'The file is empty')
    },
  })
  await record('nothing-usable', {
    async completeImport() {
      throw new CodedError('validation_error', 'The file has no rows')
    },
  })
  const meanwhile: Parameters<typeof recordHistory>[2]['meanwhile'] = async (scope, workflowId) => {
    await sleep(1_000)
    await temporal.cancelWorkflow(scope, workflowId)
  }
  await record('cancelled', { importFile: untilCancelled }, { meanwhile })
  await record('taken-back', {}, { revert: true })
  await record('revert-cancelled', { revertImport: untilCancelled }, { revert: true, meanwhile })
}

const pretended: TaskProcessingActivities = {
  async importFile() {},
  async failImport() {},
  async revertImport() {},
  async failRevert() {},
  readRevert: async ({ task_id }) => ({
    task_id,
    created_records: 3,
    reverted_records: 2,
    refused_records: 1,
    gone_records: 0,
    not_restored_records: 0,
  }),
  completeImport: async ({ task_id }) => ({
    task_id,
    dry_run: false,
    processed_records: 3,
    successful_records: 2,
    failed_records: 1,
    created_records: 2,
    updated_records: 0,
    duplicate_records: 0,
    unknown_columns: [],
  }),
}

async function untilCancelled(): Promise<void> {
  const context = Context.current()
  for (;;) {
    context.heartbeat()
    context.cancellationSignal.throwIfAborted()
    await sleep(20)
  }
}
