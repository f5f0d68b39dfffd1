import type { Scoped } from '@flexprice/database/connection'
import type { FileStore, WebFiles } from '@flexprice/file-store'
import type { TaskProcessingEvents } from './events.ts'

export interface TaskProcessingDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  readonly files: Pick<FileStore, 'open'>
  /** Files that lie elsewhere. */
  readonly web: WebFiles
  readonly events: TaskProcessingEvents
  /** What is kept of an environment's catalog is void: told after each commit that may have changed it. It never fails. */
  readonly forgetCatalog: (environmentId: string) => Promise<void>
  /** Of one transaction: few for people who watch, many for speed. */
  readonly rowsPerPageMax: number
}

/** A code of the domain's errors with its text; none for whoever was asked to stop. */
export interface ImportFailure {
  readonly code?: string
  readonly message?: string
}
