/** Records the courses that an import can take: `pnpm record-histories`, with the test stack's variables set. */
import { recordTaskHistories } from '../../testing/record-task-histories.ts'

await recordTaskHistories('task-processing')
