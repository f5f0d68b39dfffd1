import { equalDecimals, parseDecimal } from '@flexprice/domain/money'
import type { UsageAnswer, UsageQuestion } from '@flexprice/domain/usage'
import type { BenchStack } from '../bench-stack.ts'
import { month } from './usage-data.ts'

/** What the floor computes of one customer and event name; decimals are texts. */
export interface BareRow {
  readonly customer: string
  readonly event_name: string
  readonly events: number
  readonly sum: string | null
  readonly max: string | null
  readonly latest: string | null
  readonly distinct: number
}

/**
 * The floor: one GROUP BY of the same aggregates over the same table under the same row security, values
 * cast unseen. Unique ones are grouped by value first, as `count(distinct)` would be twice as slow.
 */
export async function bareUsage({ app }: BenchStack): Promise<ReadonlyMap<string, BareRow>> {
  return byKey(await app.query<BareRow>(bare(''), [month.start, month.end]))
}

/** The floor of one customer: the same by the index. */
export async function bareSingle(
  { app }: BenchStack,
  customer: string,
): Promise<ReadonlyMap<string, BareRow>> {
  const text = bare('and external_customer_id = $3')
  return byKey(
    await app.query<BareRow>({ name: 'bare-single', text, values: [month.start, month.end, customer] }),
  )
}

function bare(condition: string): string {
  const events = `from events where timestamp >= $1 and timestamp < $2 ${condition}`
  return `select external_customer_id as customer, event_name, count(*)::integer as events,
      sum(v)::text as sum, max(v)::text as max, (max(array[ms, v]))[2]::text as latest, 0 as distinct
    from (select external_customer_id, event_name, (properties ->> 'value')::numeric as v,
      extract(epoch from timestamp) as ms ${events} and event_name <> 'users' offset 0) e
    group by 1, 2
    union all
    select customer, 'users', sum(n)::integer, null, null, null, count(*)::integer from (
      select external_customer_id as customer, properties ->> 'user_id' as u, count(*) as n
      ${events} and event_name = 'users' group by 1, 2) u
    group by 1`
}

function byKey({ rows }: { rows: readonly BareRow[] }): ReadonlyMap<string, BareRow> {
  return new Map(rows.map((row) => [`${row.customer} ${row.event_name}`, row]))
}

/** LATEST can differ where two events have one instant: the floor does not look at their ids. */
export function sameAnswers(
  floor: ReadonlyMap<string, BareRow>,
  questions: readonly UsageQuestion[],
  answers: readonly UsageAnswer[],
): boolean {
  return questions.every(({ externalCustomerId, measure }, index) => {
    const row = floor.get(`${externalCustomerId} ${measure.eventName}`)
    const part = answers[index]?.parts[0]
    if (!row || !part) return row === undefined && part === undefined
    const expected = parseDecimal(expectedOf(row, measure.aggregation) ?? '0')
    return (
      part.eventCount === row.events &&
      expected !== undefined &&
      equalDecimals(part.quantity.numerator, expected)
    )
  })
}

function expectedOf(row: BareRow, aggregation: UsageQuestion['measure']['aggregation']): string | null {
  switch (aggregation) {
    case 'COUNT':
      return String(row.events)
    case 'SUM':
      return row.sum
    case 'MAX':
      return row.max
    case 'LATEST':
      return row.latest
    default:
      return String(row.distinct)
  }
}
