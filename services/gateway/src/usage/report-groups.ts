import { usageGroupsMax } from '@flexprice/contracts/usage'
import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage, usageGroups } from '@flexprice/database/events'
import { invalid } from '@flexprice/domain'
import {
  splitAnswers,
  type UsageAnswer,
  type UsageQuestion,
  type UsageSlice,
  type UsageSplit,
} from '@flexprice/domain/usage'
import { planReport, type ReportedUsage, reportedUsage, type WantedUsage, windowsMax } from './report-plan.ts'

/** A page of groups; without a limit there is but one, of all of them. */
export interface GroupPage {
  readonly limit?: number | undefined
  /** Behind which it begins, as the page before said. */
  readonly cursor?: string | undefined
}

export interface ReportedGroup {
  readonly split: UsageSplit
  /** Of all that is wanted, in its order. */
  readonly usage: readonly ReportedUsage[]
  /** To what else was asked, in its order; of nothing there is none. */
  readonly also: readonly (UsageAnswer | undefined)[]
}

export interface ReportedGroups {
  readonly groups: readonly ReportedGroup[]
  /** Behind which the next page begins; undefined: it is the last. */
  readonly next: string | undefined
}

/**
 * The usage that is wanted of each group that has events, by two questions to the event store, however many groups and
 * figures there are: which groups are on the page, and what they have used.
 *
 * @param also further questions, of events that the wanted usage counts
 * @throws validation_error when the groups are more than `usageGroupsMax` and no page is asked for, or when these have more
 *   than `windowsMax` windows together
 */
export async function reportGroups(
  scoped: Scoped,
  wanted: readonly WantedUsage[],
  { slice, page, also = [] }: { slice: UsageSlice; page: GroupPage; also?: readonly UsageQuestion[] },
): Promise<ReportedGroups> {
  const plan = planReport(wanted)
  const limit = page.limit ?? usageGroupsMax
  const { groups, hasMore } = await usageGroups(scoped, plan.questions, slice, { after: page.cursor, limit })
  if (hasMore && page.limit === undefined && page.cursor === undefined) {
    const message = `makes more than ${usageGroupsMax} groups: ask for them in pages, by limit and cursor`
    throw invalid([{ path: 'group_by', message }])
  }
  if (groups.length * plan.windows > windowsMax) {
    const message = `makes more than ${windowsMax} windows of ${groups.length} groups: ask for fewer, by limit`
    throw invalid([{ path: 'group_by', message }])
  }
  if (groups.length === 0) return { groups: [], next: undefined }
  const ofPage = { ...slice, groups: groups.map(({ name }) => name) }
  const answers = await aggregateUsage(scoped, [...plan.questions, ...also], null, ofPage)
  const found = splitAnswers(
    answers,
    groups.map(({ split }) => split),
  )
  return {
    groups: found.map(({ split, answers: own }) => ({
      split,
      usage: plan.figures.map((figure) => reportedUsage(figure, own)),
      also: also.map((_, place) => own[plan.questions.length + place]),
    })),
    next: hasMore ? groups.at(-1)?.key : undefined,
  }
}
