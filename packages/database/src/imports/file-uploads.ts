import { notFound } from '@flexprice/domain'
import type { Selectable } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { FileUploadTable } from '../tables/import-tables.ts'

export type FileUploadRow = Selectable<FileUploadTable>
export type NewFileUpload = Pick<FileUploadRow, 'id' | 'store_key' | 'file_name' | 'size' | 'sha256'>

/** Notes a file that the store has whole. */
export async function insertFileUpload(
  { db, scope }: Scoped,
  upload: NewFileUpload,
  timeOfDay: Date,
): Promise<void> {
  await db
    .insertInto('file_uploads')
    .values({
      ...upload,
      environment_id: scope.environmentId,
      created_at: timeOfDay,
      created_by: scope.userId,
    })
    .execute()
}

/** @throws not_found */
export async function getFileUpload({ db, scope }: Scoped, id: string): Promise<FileUploadRow> {
  const row = await db
    .selectFrom('file_uploads')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scope.environmentId)
    .executeTakeFirst()
  if (!row) throw notFound('Upload', id)
  return row
}
