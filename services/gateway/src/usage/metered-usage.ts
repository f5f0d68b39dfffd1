import type { MeterRow } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import type { CustomerRow } from '@flexprice/database/customers'
import { usageFrames } from '@flexprice/database/events'
import type { Period } from '@flexprice/domain/time'
import type { UsageMeasure } from '@flexprice/domain/usage'
import type { WantedUsage, WindowCut } from './report-plan.ts'

interface MeteredUsage {
  readonly meter: MeterRow
  /** The meter's, as the request narrows it. */
  readonly measure: UsageMeasure
}

/** Usage of meters, wanted as the customer's subscriptions bill it. */
export async function meteredUsage(
  scoped: Scoped,
  metered: readonly MeteredUsage[],
  { customer, period, cut }: { customer: CustomerRow; period: Period; cut: WindowCut },
): Promise<WantedUsage[]> {
  const meterIds = [...new Set(metered.map(({ meter }) => meter.id))]
  const frames = await usageFrames(scoped, { customerId: customer.id, meterIds, window: period })
  return metered.map(({ meter, measure }) => ({
    ...{ externalCustomerId: customer.external_id, measure, period, cut },
    bucketSize: meter.bucket_size,
    isRunning: meter.reset_usage === 'NEVER',
    frame: frames.get(meter.id) ?? null,
  }))
}
