import { openAsBlob } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'
import { measureTask } from '../measure-task.ts'
import type { EventFile } from './event-files.ts'

/** The queue of imports whose progress can be watched. */
export const worker = 'worker-task-processing-with-progress'

export interface ImportRun {
  /** Of the upload and the task. */
  readonly wall_s: number
  readonly upload_s: number
  /** PostgreSQL's, the worker's and the gateway's. */
  readonly cpu_s: number
  readonly peak_rss_mb: number
  /** Each row was taken and made an event. */
  readonly tellsItsCounts: boolean
}

interface Imported {
  readonly processed_records: number
  readonly failed_records: number
  readonly created_records: number
}

/** Brings a file by HTTP and imports it, as a user does. @param meanwhile what is done to the stack while it is imported */
export async function productImport(
  stack: BenchStack,
  file: EventFile,
  meanwhile?: () => Promise<void>,
): Promise<ImportRun> {
  const cpu = () => stack.cpuOf('gateway')
  const [cpuBefore, started] = [cpu(), performance.now()]
  const uploadId = await upload(stack, file)
  const upload_s = (performance.now() - started) / 1000
  const body = {
    task_type: 'IMPORT',
    entity_type: 'EVENTS',
    file_type: file.type,
    file_provider: 'upload',
    upload_id: uploadId,
    track_progress: true,
  }
  const task = await measureTask<Imported>(stack, { workers: [worker], path: '/v1/tasks', body }, meanwhile)
  const { processed_records: processed, failed_records: failed, created_records: created } = task.result
  return {
    wall_s: upload_s + task.wall_s,
    upload_s,
    cpu_s: task.cpu_s + cpu() - cpuBefore,
    peak_rss_mb: task.peak_rss_mb,
    tellsItsCounts: processed === file.events && failed === 0 && created === file.events,
  }
}

async function upload({ gatewayUrl, apiKey }: BenchStack, { path, type }: EventFile): Promise<string> {
  const form = new FormData()
  form.append('file', await openAsBlob(path), `events.${type.toLowerCase()}`)
  const answer = await fetch(`${gatewayUrl}/v1/files`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey },
    body: form,
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`The upload is answered ${answer.status}: ${text}`)
  const { upload_id: id }: { upload_id?: unknown } = JSON.parse(text)
  assert(typeof id === 'string', 'an upload has an id')
  return id
}

/** Waits until the newest import is so far. @returns how many rows are behind it */
export async function untilImported({ owner }: BenchStack, rows: number): Promise<number> {
  for (let look = 0; look < looksMax; look++) {
    const found = await owner.query<{ rows: number }>(
      'select processed_records::int as rows from import_tasks order by created_at desc limit 1',
    )
    const behind = found.rows[0]?.rows ?? 0
    if (behind >= rows) return behind
    await sleep(lookMs)
  }
  throw new Error('The import does not get on')
}

const lookMs = 20
const looksMax = 30_000
