import { newId } from '@flexprice/database/connection'
import type { AggregationType } from '@flexprice/domain/price'
import type { UsageMeasure } from '@flexprice/domain/usage'
import type { BenchStack } from '../bench-stack.ts'

export const month = { start: new Date('2026-03-01T00:00:00Z'), end: new Date('2026-04-01T00:00:00Z') }

/** One measure an event name, as P8 says. */
export const measures: readonly UsageMeasure[] = [
  measure('calls', 'COUNT', null),
  measure('storage', 'SUM', 'value'),
  measure('peak', 'MAX', 'value'),
  measure('seats', 'LATEST', 'value'),
  measure('users', 'COUNT_UNIQUE', 'user_id'),
]

export function customerName(index: number): string {
  return `customer-${String(index).padStart(6, '0')}`
}

/** A month of events in the order of their time, as they would have come; by the owner of the tables, from a fixed seed. */
export async function makeEvents(
  { superuser, scoped }: BenchStack,
  { events, customers }: { events: number; customers: number },
): Promise<void> {
  const names = measures.map(({ eventName }) => eventName)
  await superuser.query('select setseed(0.5)')
  await superuser.query(
    `insert into events (environment_id, event_id, event_name, external_customer_id, timestamp, properties, ingested_at)
    select $1, $2 || '_' || lpad(i::text, 12, '0'), ($3::text[])[1 + i % $4],
      'customer-' || lpad(floor(random() * $5)::text, 6, '0'),
      $6::timestamptz + (i::float8 / $7) * ($8::timestamptz - $6::timestamptz),
      jsonb_build_object('value', round((random() * 1000)::numeric, 2)::text,
        'user_id', 'user-' || floor(random() * 500)::text, 'region', (array['eu', 'us', 'ap'])[1 + i % 3]), now()
    from generate_series(0, $7::integer - 1) i`,
    [
      scoped.scope.environmentId,
      newId('event'),
      names,
      names.length,
      customers,
      month.start,
      events,
      month.end,
    ],
  )
  await superuser.query('vacuum analyze events')
}

function measure(eventName: string, aggregation: AggregationType, field: string | null): UsageMeasure {
  return { eventName, aggregation, field, multiplier: null, filters: [], groupBy: null }
}
