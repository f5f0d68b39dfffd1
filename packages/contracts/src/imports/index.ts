/** Files, and the tasks that import them. */
export { type FileUploadResponse, fileUploadResponse } from './file-upload.ts'
export { type CreateTaskRequest, type TaskResponse, taskResponse } from './task.ts'
