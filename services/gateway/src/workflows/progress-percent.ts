import type { WorkflowResultResponse } from '@flexprice/contracts/wire'
import { z } from 'zod'

/** How far a run says that it is; 0 where it says nothing. */
export function progressPercent({ progress }: Pick<WorkflowResultResponse, 'progress'>): number {
  return withPercent.safeParse(progress).data?.percent ?? 0
}

/**
 * A newer state of the same run, which is told no less far than the one before: more may have fallen due meanwhile
 * than was done.
 */
export function furtherThan(
  before: WorkflowResultResponse,
  newer: WorkflowResultResponse,
): WorkflowResultResponse {
  if (newer.status !== 'Running') return newer
  const progress = withPercent.safeParse(newer.progress).data
  if (progress === undefined) return { ...newer, progress: newer.progress ?? before.progress }
  const percent = Math.max(progress.percent, progressPercent(before))
  return { ...newer, progress: { ...progress, percent } }
}

const withPercent = z.looseObject({ percent: z.number() })
