import type { Scoped } from '@flexprice/database/connection'
import type { CustomerRow } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import type { BucketSize } from '@flexprice/domain/price'
import { anchorFor, type Period } from '@flexprice/domain/time'
import { namedCustomer } from '../customers/named-customer.ts'
import type { WindowCut } from './report-plan.ts'

interface CustomerChoice {
  readonly external_customer_id?: string | undefined
  readonly customer_id?: string | undefined
}

/** The one customer whose usage is asked for. @throws as `namedCustomer` */
export function reportedCustomer(
  scoped: Scoped,
  { customer_id: id, external_customer_id: externalId }: CustomerChoice,
): Promise<CustomerRow> {
  return namedCustomer(scoped, {
    ...{ id, externalId },
    fields: { id: 'customer_id', externalId: 'external_customer_id' },
  })
}

/** The same, or every customer: where none is named and the report is grouped, so that nobody asks for that by mistake. */
export async function reportedCustomers(
  scoped: Scoped,
  choice: CustomerChoice,
  isGrouped: boolean,
): Promise<CustomerRow | null> {
  const isNamed = choice.customer_id !== undefined || choice.external_customer_id !== undefined
  return isNamed || !isGrouped ? reportedCustomer(scoped, choice) : null
}

interface Times {
  readonly start_time?: Date | undefined
  readonly end_time?: Date | undefined
}

/** @throws validation_error when it ends before it starts */
export function reportedPeriod({ start_time, end_time }: Times, now: Date): Period {
  const end = end_time ?? now
  const start = start_time ?? new Date(end.getTime() - defaultMs)
  if (start < end) return { start, end }
  throw invalid([
    {
      path: end_time === undefined ? 'start_time' : 'end_time',
      message: end_time === undefined ? 'must lie before now' : 'must be later than start_time',
    },
  ])
}

const defaultMs = 30 * 86_400_000

interface Windows {
  readonly window_size?: BucketSize | undefined
  readonly timezone?: string | undefined
  readonly billing_anchor?: Date | undefined
}

/** In the request's zone, else the customer's, else UTC's; months begin at the anchor's day and time, else on the 1st. */
export function reportedWindows(
  { window_size, timezone, billing_anchor }: Windows,
  { customer, start }: { customer: Pick<CustomerRow, 'timezone'> | null; start: Date },
): WindowCut {
  const timeZone = timezone || customer?.timezone || 'UTC'
  const monthAnchor = anchorFor({
    ...{ billingCycle: 'calendar', billingAnchor: billing_anchor },
    ...{ start, period: 'MONTHLY', count: 1, timeZone },
  })
  return { windowSize: window_size ?? null, timeZone, monthAnchor }
}
