import type { TaskProcessingInput } from '@flexprice/contracts/workflows'
import { inTransaction, readTimeOfDay, type Scoped } from '@flexprice/database/connection'
import {
  beginImportTask,
  getFileUpload,
  type ImportCounts,
  type ImportTaskRow,
  lockImportTask,
  noteImportLayout,
  undoing,
  writeImportPage,
} from '@flexprice/database/imports'
import { CodedError } from '@flexprice/domain'
import { type FileLayout, type OpenFile, readLayout } from '@flexprice/file-rows'
import type { SeenWebFile } from '@flexprice/file-store'
import { Context } from '@temporalio/activity'
import { beating } from './beating.ts'
import type { TaskProcessingDependencies } from './dependencies.ts'
import type { EntityImport } from './entity-import.ts'
import { forgetChanged, kindOf } from './entity-kinds.ts'
import { type PreparedPage, preparedPages } from './prepared-pages.ts'
import { createRowReader, type RowReader } from './row-values.ts'
import { type Turn, writeInTurn } from './write-in-turn.ts'

/**
 * Each page is one transaction that writes its rows and moves the task on, so that a killed worker's next attempt goes
 * on at the byte where the last whole page ended. While PostgreSQL writes a page, the next one is read, checked and sent
 * to it (`writeInTurn`). Stops between pages when it is cancelled or its worker shuts down.
 *
 * @throws validation_error where the file is broken; not_found where it is gone
 */
export async function importFile(
  dependencies: TaskProcessingDependencies,
  { task_id: taskId }: TaskProcessingInput,
): Promise<void> {
  using _ = beating()
  const { scoped } = dependencies
  const handle = scoped()
  const task = await beginImportTask(handle, taskId, await readTimeOfDay(handle))
  if (task.task_status === 'COMPLETED') return
  if (task.task_status === 'FAILED') throw endedWith(task)
  const file = await fileOf(dependencies, handle, task)
  const entity = kindOf(task.entity_type).createImport({ taskId })
  const { layout, reader } = await layoutOf(handle, task, { file, entity })
  const from = task.layout === null ? layout.start : { offset: task.byte_offset, row: task.row_number }
  const pages = preparedPages({
    open: file.open,
    layout,
    from,
    entity,
    reader,
    rowsPerPageMax: Math.min(dependencies.rowsPerPageMax, entity.rowsPerPageMax ?? Number.POSITIVE_INFINITY),
  })
  await writeInTurn(pages, {
    signal: Context.current().cancellationSignal,
    write: (page, turn) => writePage(handle, taskId, { page, ...turn }),
    async onWritten(counts) {
      await forgetChanged(dependencies, task)
      dependencies.events.imported(task.entity_type, counts)
    },
  })
}

function endedWith({ error_code: code, error_summary: message }: ImportTaskRow): CodedError {
  return new CodedError(code ?? 'internal_error', message ?? '')
}

interface ImportedFile {
  readonly open: OpenFile
  /** Of one that is not in the store, as its first answer had it. */
  seen(): SeenWebFile | undefined
}

async function fileOf(
  { files, web }: TaskProcessingDependencies,
  handle: Scoped,
  { upload_id: uploadId, file_url: url, file_version: version, file_size: size }: ImportTaskRow,
): Promise<ImportedFile> {
  if (uploadId !== null) {
    const { store_key: key } = await getFileUpload(handle, uploadId)
    return { open: (from) => files.open(key, from), seen: () => undefined }
  }
  return web.file(url ?? '', {
    known: version === null ? undefined : { version, size },
    caller: handle.scope.environmentId,
    signal: Context.current().cancellationSignal,
  })
}

/** As it was found at first, or is found now. */
async function layoutOf(
  handle: Scoped,
  task: ImportTaskRow,
  { file, entity }: { file: ImportedFile; entity: EntityImport },
): Promise<{ layout: FileLayout; reader: RowReader | undefined }> {
  const layout = task.layout ?? (await readLayout(file.open, task.file_type))
  const reader = layout.format === 'CSV' ? createRowReader(layout.columns, entity.columns) : undefined
  if (task.layout === null) {
    await noteImportLayout(handle, {
      id: task.id,
      layout,
      unknownColumns: reader?.unknownColumns ?? [],
      seen: file.seen(),
    })
  }
  return { layout, reader }
}

async function writePage(
  handle: Scoped,
  taskId: string,
  { page, turn, meanwhile }: { page: PreparedPage } & Turn,
): Promise<ImportCounts> {
  const { from, to, bytesRead, prepared, refused } = page
  // A transaction that only waits would be ended by the database.
  if (prepared.stage === undefined) await turn
  return inTransaction(handle, async (transaction) => {
    await prepared.stage?.(transaction)
    await turn
    const task = await lockImportTask(transaction, taskId)
    if (task.task_status !== 'PROCESSING' || task.byte_offset !== from.offset) {
      throw new CodedError('service_unavailable', 'Another attempt works on this task')
    }
    const written = task.dry_run
      ? await undoing(transaction, () => prepared.write(transaction, meanwhile))
      : await prepared.write(transaction, meanwhile)
    const rejections = [...refused, ...prepared.refused, ...written.refused]
    const counts = { ...written.counts, failed: rejections.length }
    const moved = {
      to,
      counts,
      rejections,
      bytesRead,
      ...(!task.dry_run && { eventsBetween: written.eventsBetween, records: written.records }),
    }
    await writeImportPage(transaction, task, moved, await readTimeOfDay(transaction))
    return counts
  })
}
