import type { Flexprice } from '@flexprice/sdk'
import { z } from 'zod'

/** Three features, of which one is none. */
const file = 'lookup_key,name,type\ntasks-a,A,boolean\ntasks-b,B,static\ntasks-c,C,\n'

/**
 * An import as the SDK sees it: the task, the list, its result and its rejected rows. This version has no files, and
 * its task names a `file_url`, so that it is begun without it.
 */
export async function walkTasks(
  sdk: Flexprice,
  gateway: { readonly url: string; readonly apiKey: string },
  endOf: (ask: () => Promise<{ message?: string | undefined }>) => Promise<unknown>,
) {
  const form = new FormData()
  form.append('file', new Blob([file]), 'features.csv')
  const { upload_id } = uploaded.parse(await post(gateway, '/files', form))
  const asked = {
    task_type: 'IMPORT',
    entity_type: 'FEATURES',
    file_type: 'CSV',
    file_provider: 'sdk',
    upload_id,
  }
  const { workflow_id, task } = begun.parse(await post(gateway, '/tasks', JSON.stringify(asked)))
  await endOf(() => sdk.tasks.getTaskResult(workflow_id))
  const seen = await sdk.tasks.getTask(task.id)
  const list = await sdk.tasks.listTasks({ entityType: 'FEATURES', taskStatus: 'COMPLETED' })
  return {
    status: seen.taskStatus,
    records: [seen.totalRecords, seen.successfulRecords, seen.failedRecords],
    listed: list.items?.map(({ fileName }) => fileName),
    rejected: await sdk.tasks.downloadTaskExport(task.id),
  }
}

async function post(
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  path: string,
  body: FormData | string,
): Promise<unknown> {
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
