import type { Scoped } from '@flexprice/database/connection'
import type { FileStore } from '@flexprice/file-store'
import type { TaskProcessingEvents } from './events.ts'

export interface TaskProcessingDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  readonly files: Pick<FileStore, 'open'>
  readonly events: TaskProcessingEvents
  /** Of one transaction: few for people who watch, many for speed. */
  readonly rowsPerPageMax: number
}
