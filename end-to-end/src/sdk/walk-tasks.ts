import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Flexprice } from '@flexprice/sdk'
import { z } from 'zod'

/** Three features, of which one is none. */
const file = 'lookup_key,name,type\ntasks-a,A,boolean\ntasks-b,B,static\ntasks-c,C,\n'
const features = { task_type: 'IMPORT', entity_type: 'FEATURES', file_type: 'CSV' }

interface Gateway {
  readonly url: string
  readonly apiKey: string
}

/**
 * An import as the SDK sees it: the task, the list, its result and its rejected rows; and one that it cancels. This version
 * has no files, and takes only an older answer of a task that is begun, so that both are begun without it.
 */
export async function walkTasks(
  sdk: Flexprice,
  gateway: Gateway,
  endOf: (ask: () => Promise<{ message?: string | undefined }>) => Promise<unknown>,
) {
  const form = new FormData()
  form.append('file', new Blob([file]), 'features.csv')
  const { upload_id } = uploaded.parse(await post(gateway, '/files', form))
  const asked = { ...features, file_provider: 'sdk', upload_id }
  const { workflow_id, task } = begun.parse(await post(gateway, '/tasks', JSON.stringify(asked)))
  await endOf(() => sdk.tasks.getTaskResult(workflow_id))
  const seen = await sdk.tasks.getTask(task.id)
  const list = await sdk.tasks.listTasks({ entityType: 'FEATURES', taskStatus: 'COMPLETED' })
  return {
    status: seen.taskStatus,
    records: [seen.totalRecords, seen.successfulRecords, seen.failedRecords],
    listed: list.items?.map(({ fileName }) => fileName),
    rejected: await sdk.tasks.downloadTaskExport(task.id),
    cancelled: await cancelledTask(sdk, gateway),
  }
}

const looksMax = 300
const lookMs = 100

/** One whose file never comes. */
async function cancelledTask(sdk: Flexprice, gateway: Gateway): Promise<string | undefined> {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  try {
    const asked = { ...features, file_url: `http://127.0.0.1:${portOf(silent)}/hangs.csv` }
    const { task } = begun.parse(await post(gateway, '/tasks', JSON.stringify(asked)))
    await sdk.tasks.updateTaskStatus(task.id, { taskStatus: 'FAILED' })
    for (let look = 0; look < looksMax; look++) {
      const { taskStatus, errorSummary } = await sdk.tasks.getTask(task.id)
      if (taskStatus === 'FAILED') return errorSummary
      await sleep(lookMs)
    }
    throw new Error('The task goes on')
  } finally {
    silent.close()
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

async function post({ url, apiKey }: Gateway, path: string, body: FormData | string): Promise<unknown> {
  const type: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
  const answer = await fetch(`${url}/v1${path}`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, ...type },
    body,
  })
  return answer.json()
}

const uploaded = z.object({ upload_id: z.string() })
const begun = z.object({ workflow_id: z.string(), task: z.object({ id: z.string() }) })
