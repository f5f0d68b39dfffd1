import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { workflows } from '@flexprice/contracts/workflows'
import { newId, type Scoped } from '@flexprice/database/connection'
import { insertFileUpload, insertImportTask, type NewImportTask } from '@flexprice/database/imports'
import { createFileStore } from '@flexprice/file-store'
import {
  createTestDatabase,
  type ServiceProcess,
  startService,
  type TestDatabase,
  testKills,
} from '@flexprice/testing'
import { createTestTemporal, testTemporalSettings } from '@flexprice/testing/temporal'

export interface KilledImports extends AsyncDisposable {
  readonly database: TestDatabase
  readonly temporal: ReturnType<typeof createTestTemporal>
  readonly contract: (typeof workflows)['task-processing']
  /** A worker of its own process. */
  start(): Promise<ServiceProcess>
  /** Stores a file and what is to be made of it; answers the task's id. */
  newTask(
    scoped: Scoped,
    file: { readonly entityType: NewImportTask['entity_type']; readonly csv: Iterable<string> },
  ): Promise<string>
  /** Starts a worker and kills it once so many of all rows are done, as often as the run asks for. */
  killedAtPoints(rows: number, readDone: () => Promise<number>): Promise<void>
}

/** Imports whose workers are processes, to be killed. */
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
    temporal,
    contract: workflows['task-processing'],
    start,
    newTask: (scoped, file) => newTask(scoped, { ...file, files }),
    async killedAtPoints(rows, readDone) {
      const kills = testKills()
      for (let kill = 1; kill <= kills; kill++) {
        const worker = await start()
        const done = Math.floor((rows * kill) / (kills + 4))
        while ((await readDone()) < done) await sleep(10)
        // Somewhere in a page that is being written.
        await sleep((kill * 37) % 100)
        await worker.kill()
      }
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
  const id = newId('fileUpload')
  const store_key = `2026-03-15/${id}`
  await createFileStore(files).write(store_key, Readable.from(csv, { objectMode: false }))
  const upload = { id, store_key, file_name: null, size: 1, sha256: '0'.repeat(64) }
  const timeOfDay = new Date()
  await insertFileUpload(scoped, upload, timeOfDay)
  const asked: NewImportTask = {
    idempotency_key: 'killed',
    request_hash: 'hash',
    entity_type: entityType,
    file_type: 'CSV',
    file_provider: 'test',
    upload_id: upload.id,
    file_url: null,
    file_name: null,
    metadata: {},
    dry_run: false,
    track_progress: false,
  }
  const task = await insertImportTask(scoped, asked, { timeOfDay, workflowIdOf: (one) => `task:${one}` })
  return task.id
}
