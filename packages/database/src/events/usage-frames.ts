import type { UsageFrame } from '@flexprice/domain/cycle'
import type { Period, RecurringPeriod } from '@flexprice/domain/time'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

interface FrameRow {
  readonly meter_id: string
  readonly start_date: Date
  readonly billing_anchor: Date
  readonly timezone: string
  readonly billing_period: RecurringPeriod
  readonly billing_period_count: number
}

/**
 * Where the customer's usage of each meter is billed in a time, by the meter's id: of several subscriptions that bill
 * it by the oldest, of several lines by the latest. Without one a meter is left out.
 */
export async function usageFrames(
  scoped: Scoped,
  {
    customerId,
    meterIds,
    window,
  }: { readonly customerId: string; readonly meterIds: readonly string[]; readonly window: Period },
): Promise<ReadonlyMap<string, UsageFrame>> {
  if (meterIds.length === 0) return new Map()
  const { rows } = await sql<FrameRow>`
    select distinct on (p.meter_id) p.meter_id, s.start_date, s.billing_anchor, s.timezone,
      p.billing_period, p.billing_period_count
    from subscriptions s
      join subscription_line_items l on l.subscription_id = s.id
      join prices p on p.id = l.price_id
    where s.customer_id = ${customerId} and s.status = 'published' and s.subscription_status <> 'draft'
      and s.start_date < ${window.end} and (s.end_date is null or s.end_date > ${window.start})
      and l.start_date < ${window.end} and (l.end_date is null or l.end_date > greatest(l.start_date, ${window.start}))
      and p.type = 'USAGE' and p.meter_id = any (${meterIds}::text[])
    order by p.meter_id, s.start_date, s.id, l.start_date desc, l.id`.execute(scoped.db)
  return new Map(rows.map((row) => [row.meter_id, frameOf(row)]))
}

function frameOf(row: FrameRow): UsageFrame {
  return {
    start: row.start_date,
    grid: {
      anchor: row.billing_anchor,
      period: row.billing_period,
      count: row.billing_period_count,
      timeZone: row.timezone,
    },
  }
}
