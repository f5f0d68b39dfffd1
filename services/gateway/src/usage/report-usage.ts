import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import { allUsage, type UsageSlice } from '@flexprice/domain/usage'
import { planReport, type ReportedUsage, reportedUsage, type WantedUsage } from './report-plan.ts'

/**
 * The usage that is wanted, in that order, by one question to the event store: the same engine that rates.
 *
 * @param slice which of the events are seen, alike for all that is wanted
 * @throws validation_error when the windows are more than `windowsMax`
 */
export async function reportUsage(
  scoped: Scoped,
  wanted: readonly WantedUsage[],
  { sources }: Pick<UsageSlice, 'sources'> = allUsage,
): Promise<ReportedUsage[]> {
  const plan = planReport(wanted)
  const answers = await aggregateUsage(scoped, plan.questions, null, { sources, splitBy: [] })
  return plan.figures.map((figure) => reportedUsage(figure, answers))
}
