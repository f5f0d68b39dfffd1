import { oddEventsMax } from '@flexprice/domain/usage'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { plannedAnew } from '../connection/named-statements.ts'
import { singleBatches, type UsageBatch } from './usage-batches.ts'
import {
  hasGroups,
  isInTime,
  measuredEvents,
  partNumber,
  type UsageView,
  usageShape,
  wantsNumber,
} from './usage-events.ts'
import type { UsageScan } from './usage-scans.ts'
import { spanArrays } from './usage-span-arrays.ts'

/** Events of one part of one span of one scan, and of one group in it. */
export interface OddValueRow {
  readonly scan: number
  readonly span: number
  readonly part: number
  readonly group: string | null
  readonly event_ids: readonly string[]
}

/**
 * The first events of each span and group whose value is no number, so that a warning can name them. They are looked
 * up once more, of the scans that have any: carried along, their ids would cost every pass over millions of events.
 */
export async function* oddValues(
  { db }: Scoped,
  scans: readonly UsageScan[],
  view: UsageView,
): AsyncGenerator<readonly [UsageBatch, readonly OddValueRow[]]> {
  for (const batch of singleBatches(scans)) {
    const { rows } = await oddValuesStatement(batch, view).execute(db)
    yield [batch, rows]
  }
}

function oddValuesStatement(batch: UsageBatch, view: UsageView) {
  const given = usageShape(batch, view)
  // The order is that of the latest event, the other way round: by instant and id.
  const shape = { ...given, wants: new Set(given.wants).add('latest') }
  const spans = spanArrays(batch.scans, { ...shape, isInTime: isInTime(shape) })
  return sql<OddValueRow>`${sql.raw(plannedAnew)}
    select scan, span, part, grp as "group", array_agg(event_id order by timestamp, event_id) as event_ids
    from (
      select *, row_number() over (partition by scan, span, grp order by timestamp, event_id) as place
      from (
        select scan, ${shape.isOneSpan ? sql`0 as span` : sql`span`}, ${shape.isCut ? partNumber : sql`0`} as part,
          ${hasGroups(shape) ? sql`grp` : sql`null::text as grp`}, event_id, timestamp
        from (${measuredEvents(spans, shape)} offset 0) measured
        where property is not null and number is null and ${wantsNumber}
      ) named
    ) odd
    where place <= ${oddEventsMax}
    group by scan, span, part, grp`
}
