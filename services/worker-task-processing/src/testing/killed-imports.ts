import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { workflows } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import {
  getImportTask,
  insertFileUpload,
  insertImportTask,
  type NewImportTask,
} from '@flexprice/database/imports'
import { createFileStore } from '@flexprice/file-store'
import { createTestDatabase, startService, type TestDatabase, testKills } from '@flexprice/testing'
import { createTestTemporal, testTemporalSettings } from '@flexprice/testing/temporal'
import { expect } from 'vitest'

export interface KilledImports extends AsyncDisposable {
  readonly database: TestDatabase
  /** Imports a file of so many rows by workers that are killed one after the other; answers the workflow's result. */
  importKilled(
    scoped: Scoped,
    file: {
      readonly entityType: NewImportTask['entity_type']
      readonly csv: Iterable<string>
      readonly rows: number
    },
  ): Promise<{ readonly taskId: string; readonly result: unknown }>
}

export async function startKilledImports(): Promise<KilledImports> {
  const directory = await mkdtemp(join(tmpdir(), 'flexprice-killed-'))
  const files = { url: pathToFileURL(directory).href }
  const database = await createTestDatabase()
  const temporal = createTestTemporal()
  const start = () => {
    const { address, namespace } = testTemporalSettings()
    return startService('worker-task-processing', {
      DATABASE_URL: database.appUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      FILE_STORE_URL: files.url,
      LOG_LEVEL: 'error',
    })
  }
  return {
    database,
    async importKilled(scoped, { entityType, csv, rows }) {
      const taskId = await newTask(scoped, { files, entityType, csv })
      const contract = workflows['task-processing']
      const { workflowId } = await temporal.startWorkflow(contract, { task_id: taskId }, scoped.scope)
      const kills = testKills()
      for (let kill = 1; kill <= kills; kill++) {
        const worker = await start()
        await reaches(scoped, taskId, Math.floor((rows * kill) / (kills + 2)))
        // Somewhere in a page that is being written.
        await sleep((kill * 37) % 100)
        await worker.kill()
      }
      const { processed_records: before, task_status: status } = await getImportTask(scoped, taskId)
      expect([status, before > 0 && before < rows]).toEqual(['PROCESSING', true])
      await using _last = await start()
      const { result } = await temporal.workflowResult(scoped.scope, workflowId, { waitMs: 100_000 })
      return { taskId, result }
    },
    async [Symbol.asyncDispose]() {
      await temporal[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}

async function newTask(
  scoped: Scoped,
  {
    files,
    entityType,
    csv,
  }: {
    files: { readonly url: string }
    entityType: NewImportTask['entity_type']
    csv: Iterable<string>
  },
): Promise<string> {
  const store_key = '2026-03-15/upload_killed'
  await createFileStore(files).write(store_key, Readable.from(csv, { objectMode: false }))
  const upload = { id: 'upload_killed', store_key, file_name: null, size: 1, sha256: '0'.repeat(64) }
  const timeOfDay = new Date()
  await insertFileUpload(scoped, upload, timeOfDay)
  const asked: NewImportTask = {
    idempotency_key: 'killed',
    request_hash: 'hash',
    entity_type: entityType,
    file_type: 'CSV',
    file_provider: 'test',
    upload_id: upload.id,
    file_name: null,
    metadata: {},
    dry_run: false,
    track_progress: false,
  }
  const { id } = await insertImportTask(scoped, asked, { timeOfDay, workflowIdOf: (task) => `task:${task}` })
  return id
}

async function reaches(scoped: Scoped, taskId: string, records: number): Promise<void> {
  for (;;) {
    if ((await getImportTask(scoped, taskId)).processed_records >= records) return
    await sleep(10)
  }
}
