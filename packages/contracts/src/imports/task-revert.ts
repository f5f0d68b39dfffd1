import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { listOf, queryPage } from '../wire/search.ts'

const count = z.int()

/** How far it is that an import is taken back. */
const taskRevert = z
  .object({
    revert_status: z.enum(['PROCESSING', 'COMPLETED', 'FAILED']),
    workflow_id: z.string(),
    run_id: z.string(),
    /** Of what the import made: gone by this revert, or one before it. */
    reverted_records: count,
    /** They are in use, or on a finalized invoice: they stay. */
    refused_records: count,
    error_summary: z.string().optional(),
    started_at: instant,
    ended_at: instant.optional(),
  })
  .meta({ id: 'TaskRevert' })

/** A record of an import that stays as it is. */
const keptRecord = z
  .object({
    record_id: z.string(),
    /** `refused`: the import made it, and it cannot go. `not_restored`: it was there, and the import changed it. */
    outcome: z.enum(['refused', 'not_restored']),
    reason: z.string().optional(),
  })
  .meta({ id: 'TaskRevertRecord' })

export const taskRevertQuery = z.strictObject(queryPage)

export const taskRevertReport = z
  .object({ ...taskRevert.shape, ...listOf(keptRecord).shape })
  .meta({ id: 'TaskRevertReport' })
