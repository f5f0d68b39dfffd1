import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Flexprice } from '@flexprice/sdk'

/** Three features, of which one is none. */
const file = 'lookup_key,name,type\ntasks-a,A,boolean\ntasks-b,B,static\ntasks-c,C,\n'
const hanging = '/hangs.csv'

/**
 * An import as the SDK sees it: begun, listed, its result and its rejected rows; and one that is cancelled. This version
 * has no files: its tasks name a `file_url`.
 */
export async function walkTasks(
  sdk: Flexprice,
  endOf: (ask: () => Promise<{ message?: string | undefined }>) => Promise<unknown>,
) {
  await using files = await serveFiles()
  const features = { taskType: 'IMPORT', entityType: 'FEATURES', fileType: 'CSV' } as const
  const { workflowId = '' } = await sdk.tasks.createTask({
    ...features,
    fileUrl: `${files.url}/features.csv`,
    fileName: 'features.csv',
  })
  await endOf(() => sdk.tasks.getTaskResult(workflowId))
  const list = await sdk.tasks.listTasks({ entityType: 'FEATURES', taskStatus: 'COMPLETED' })
  const seen = await sdk.tasks.getTask(list.items?.[0]?.id ?? '')
  const { workflowId: held = '' } = await sdk.tasks.createTask({ ...features, fileUrl: files.url + hanging })
  return {
    status: seen.taskStatus,
    records: [seen.totalRecords, seen.successfulRecords, seen.failedRecords],
    listed: list.items?.map(({ fileName }) => fileName),
    rejected: await sdk.tasks.downloadTaskExport(seen.id ?? ''),
    cancelled: await cancel(sdk, held),
  }
}

const looksMax = 300
const lookMs = 100

async function cancel(sdk: Flexprice, workflowId: string): Promise<string | undefined> {
  const { items } = await sdk.tasks.listTasks({ entityType: 'FEATURES' })
  const id = items?.find((task) => task.workflowId === workflowId)?.id ?? ''
  await sdk.tasks.updateTaskStatus(id, { taskStatus: 'FAILED' })
  for (let look = 0; look < looksMax; look++) {
    const { taskStatus, errorSummary } = await sdk.tasks.getTask(id)
    if (taskStatus === 'FAILED') return errorSummary
    await sleep(lookMs)
  }
  throw new Error('The task goes on')
}

/** The file, and beside it one that never comes. */
async function serveFiles(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(({ url }, response) => {
    if (url !== hanging) response.end(file)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
