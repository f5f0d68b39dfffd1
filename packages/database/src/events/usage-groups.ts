import { assert } from '@flexprice/domain'
import type { UsageQuestion, UsageSlice, UsageSplit } from '@flexprice/domain/usage'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { plannedAnew } from '../connection/named-statements.ts'
import { usageBatches } from './usage-batches.ts'
import { seenEvents, splitName, usageShape } from './usage-events.ts'
import { planScans } from './usage-scans.ts'
import { spanArrays } from './usage-span-arrays.ts'

/** A group of events that the questions of a report count. */
export interface UsageGroup {
  /** As a slice's `groups` takes it. */
  readonly name: string
  /** Its place among the groups, and where a page begins behind it: never long, whatever the values are. */
  readonly key: string
  readonly split: UsageSplit
}

/**
 * The groups, with an event at least, into which a slice splits the events of all questions together: a page of them,
 * in the order of their keys. Groups before the page are left out before anything is grouped.
 */
export async function usageGroups(
  { db }: Scoped,
  questions: readonly UsageQuestion[],
  slice: UsageSlice,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<{ readonly groups: readonly UsageGroup[]; readonly hasMore: boolean }> {
  assert(slice.splitBy.length > 0, 'a slice that is split has groups')
  const found = new Map<string, GroupRow>()
  for (const batch of usageBatches(planScans(questions).scans)) {
    const shape = usageShape(batch, { seenBy: null, slice })
    const spans = spanArrays(batch.scans, { ...shape, isInTime: false })
    const { rows } = await sql<GroupRow>`${sql.raw(plannedAnew)}
      select name, key from (
        select name, left(name, ${sql.lit(keyTextLength)}) || ' ' || md5(name) as key
        from (select ${splitName(slice)} as name ${seenEvents(spans, shape)} offset 0) named
      ) keyed
      where ${after === undefined ? sql`true` : sql`key collate "C" > ${after}`}
      group by name, key order by key collate "C" limit ${limit + 1}`.execute(db)
    for (const row of rows) found.set(row.name, row)
  }
  const inOrder = [...found.values()].sort((left, right) =>
    Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)),
  )
  const groups = inOrder.slice(0, limit).map((row) => ({ ...row, split: splitOf(row.name) }))
  return { groups, hasMore: inOrder.length > limit }
}

/** Of a name that goes on beyond it the hash tells it from others: values may be as long as events are. */
const keyTextLength = 64

interface GroupRow {
  readonly name: string
  readonly key: string
}

function splitOf(name: string): UsageSplit {
  const values: unknown = JSON.parse(name)
  assert(Array.isArray(values), 'a group is named by a list')
  return values.map((value: unknown) => (value === null ? null : String(value)))
}
