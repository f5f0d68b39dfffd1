/** Files that were brought, and the tasks that import them: their rows are how far they are, page by page. */

export { type FileUploadRow, getFileUpload, insertFileUpload, type NewFileUpload } from './file-uploads.ts'
export {
  type ImportCounts,
  type ImportPlace,
  type ImportRejection,
  lockImportTask,
  type WrittenImportPage,
  writeImportPage,
} from './import-pages.ts'
export {
  countChangedRecords,
  forgetImportRecords,
  type ImportedRecords,
  listKeptRecords,
  listMadeRecords,
  readMadeEvents,
} from './import-records.ts'
export { listRejections, type RejectionRow } from './import-rejections.ts'
export {
  beginImportRevert,
  failImportRevert,
  getImportRevert,
  type ImportRevertRow,
  lockImportRevert,
  type RevertedPage,
  writeRevertedPage,
} from './import-reverts.ts'
export {
  beginImportTask,
  endImportTask,
  getImportTask,
  type ImportTaskRow,
  type ImportTaskSearch,
  importTaskFields,
  insertImportTask,
  type NewImportTask,
  noteImportLayout,
  noteImportWorkflow,
  searchImportTasks,
} from './import-tasks.ts'
export { attempting, undoing } from './undoing.ts'
