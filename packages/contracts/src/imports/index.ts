/** Files, the columns that they may have, and the tasks that import them. */
export { type FileColumns, fileColumns } from './file-columns.ts'
export { type FileUploadResponse, fileUploadResponse } from './file-upload.ts'
export type { CellKind } from './request-columns.ts'
export { type CreateTaskRequest, type TaskResponse, taskResponse } from './task.ts'
