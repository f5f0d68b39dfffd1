import type { Dependencies } from '../dependencies.ts'
import type { Api } from '../route.ts'
import { createTaskRoute } from './create-task.ts'
import { downloadTaskRoute } from './download-task-export.ts'
import { getTaskRoute } from './get-task.ts'
import { getTaskRevertRoute } from './get-task-revert.ts'
import { listTasksRoute } from './list-tasks.ts'
import { revertTaskRoute } from './revert-task.ts'
import { updateTaskStatusRoute } from './update-task-status.ts'

export const taskRoutes: ReadonlyArray<(api: Api, deps: Dependencies) => void> = [
  createTaskRoute,
  listTasksRoute,
  getTaskRoute,
  downloadTaskRoute,
  updateTaskStatusRoute,
  revertTaskRoute,
  getTaskRevertRoute,
]
