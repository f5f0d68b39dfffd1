import { fileUploadResponse } from '../imports/file-upload.ts'
import { operation } from '../wire/operation.ts'

export const uploadFile = operation({
  operationId: 'uploadFile',
  method: 'POST',
  path: '/files',
  tag: 'Files',
  summary: 'Bring a file to be imported, as multipart/form-data with one part that is the file',
  // An upload that is sent again is another file: only a task imports one, once.
  idempotency: 'own',
  takesFile: true,
  schema: { response: { 201: fileUploadResponse } },
})
