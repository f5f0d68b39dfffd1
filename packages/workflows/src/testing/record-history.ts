import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { InputOf, WorkflowContract } from '@flexprice/contracts/workflows'
import type { Scope } from '@flexprice/domain'
import { startTestWorker } from '@flexprice/temporal-worker/testing'
import { type createTestTemporal, newTestScope, withTestClient } from '@flexprice/testing/temporal'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

const workspace = fileURLToPath(new URL('../../../../', import.meta.url))

export interface Course<Contract extends WorkflowContract> {
  readonly contract: Contract
  readonly input: InputOf<Contract>
  readonly activities: (scope: Scope) => object
  /** What happens while it runs. */
  readonly meanwhile?: (scope: Scope, workflowId: string) => Promise<void>
}

/**
 * Records the history of one course that a workflow can take, from a real server, beside its body. To be run
 * when the body changes on purpose, once nothing runs any more that began on the old one; the new histories are
 * committed with the change.
 */
export async function recordHistory<Contract extends WorkflowContract>(
  temporal: ReturnType<typeof createTestTemporal>,
  name: string,
  { contract, input, activities, meanwhile }: Course<Contract>,
): Promise<void> {
  const scope = newTestScope()
  const folder = new URL(`../${contract.definition.name}/`, import.meta.url)
  await using _worker = await startTestWorker({
    definition: contract.definition,
    bundle: {
      workflows: new URL('index.ts', folder).href,
      interceptors: import.meta.resolve('../interceptors.ts'),
    },
    activities: activities(scope),
  })
  const { workflowId } = await temporal.startWorkflow(contract, input, scope)
  await meanwhile?.(scope, workflowId)
  const { status } = await temporal.workflowResult(scope, workflowId, { waitMs: 30_000 })
  await writeFile(new URL(`${name}.history.json`, folder), await readHistory(workflowId))
  process.stdout.write(`${contract.definition.name}/${name}: ${status}\n`)
}

/** Without the machine's name and folders. */
async function readHistory(workflowId: string): Promise<string> {
  const history = await withTestClient((client) => client.workflow.getHandle(workflowId).fetchHistory())
  const text = JSON.stringify(JSON.parse(historyToJSON(history)), undefined, 1)
  return `${text.replaceAll(hostname(), 'recorded').replaceAll(workspace, '')}\n`
}
