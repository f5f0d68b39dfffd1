import { z } from 'zod'
import {
  createTaskRequest,
  listTasksResponse,
  rejectedRows,
  taskResponse,
  taskStarted,
  taskStatusChanged,
  tasksQuery,
  updateTaskStatusRequest,
} from '../imports/task.ts'
import { taskRevertQuery, taskRevertReport } from '../imports/task-revert.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Tasks'
const byId = z.strictObject({ id: identifier })

export const createTask = operation({
  operationId: 'createTask',
  method: 'POST',
  path: '/tasks',
  tag,
  summary: 'Import a file; dry_run only says what would become of its rows',
  idempotency: 'own',
  schema: { body: createTaskRequest, response: { 200: taskStarted } },
})

export const listTasks = operation({
  operationId: 'listTasks',
  method: 'GET',
  path: '/tasks',
  tag,
  summary: 'Tasks, the newest first',
  schema: { querystring: tasksQuery, response: { 200: listTasksResponse } },
})

export const getTask = operation({
  operationId: 'getTask',
  method: 'GET',
  path: '/tasks/{id}',
  tag,
  summary: 'A task, with its counts while it runs',
  schema: { params: byId, response: { 200: taskResponse } },
})

export const downloadTaskExport = operation({
  operationId: 'downloadTaskExport',
  method: 'GET',
  path: '/tasks/{id}/download',
  tag,
  summary:
    'The rows that were rejected, as CSV: number in the file, field, reason, the row; for who takes JSON alone the first thousand: number and what is wrong',
  schema: {
    params: byId,
    response: { 200: rejectedRows },
  },
})

export const updateTaskStatus = operation({
  operationId: 'updateTaskStatus',
  method: 'PUT',
  path: '/tasks/{id}/status',
  tag,
  summary: 'Cancel a task by the status FAILED: what it has imported stays',
  schema: { params: byId, body: updateTaskStatusRequest, response: { 200: taskStatusChanged } },
})

export const revertTask = operation({
  operationId: 'revertTask',
  method: 'POST',
  path: '/tasks/{id}/revert',
  tag,
  summary:
    "Take an import back: what it made goes, and its events' ids are free again; what is in use or on a finalized invoice stays",
  // One runs at a time, and one that is over is begun anew: whoever asks twice takes back what is left.
  idempotency: 'own',
  schema: { params: byId, response: { 200: taskStarted } },
})

export const getTaskRevert = operation({
  operationId: 'getTaskRevert',
  method: 'GET',
  path: '/tasks/{id}/revert',
  tag,
  summary: 'How far an import is taken back, and the records that stay: refused, or changed and not restored',
  schema: { params: byId, querystring: taskRevertQuery, response: { 200: taskRevertReport } },
})
