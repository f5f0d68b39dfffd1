import { type RawBuilder, sql } from 'kysely'
import { hasLine } from '../line-items/standing-overrides.ts'
import { cameAnewAfter, planSince } from '../subscriptions/plan-since.ts'
import { endIn, type ReachedPairs, reachedIn, startIn } from '../subscriptions/reached-pairs.ts'
import { unbilledFrom } from './unbilled-from.ts'

/** A run of a plan's price sync, as its pages need it. */
export interface PriceSyncRun {
  readonly id: string
  readonly planId: string
  readonly fromSequence: number
  readonly targetSequence: number
}

/** What is done with a pair, as numbers: of a pair's rows the least counts. */
export const pairOutcomes = {
  otherCurrency: sql.lit(-1),
  otherPeriod: sql.lit(0),
  oneTime: sql.lit(1),
  added: sql.lit(2),
  removed: sql.lit(3),
  overridden: sql.lit(4),
  endedByUser: sql.lit(5),
  inSync: sql.lit(6),
  /** Said of a pair without a line of the price alone. */
  ended: sql.lit(7),
} as const

/** Of an outcome that leaves a price without a line, its name, as the domain's `namedSkips` has it. */
export const reasonOfOutcome = sql`case outcome when ${pairOutcomes.otherCurrency} then 'other_currency'
  when ${pairOutcomes.otherPeriod} then 'other_period' when ${pairOutcomes.oneTime} then 'one_time'
  when ${pairOutcomes.ended} then 'ended' when ${pairOutcomes.overridden} then 'overridden'
  when ${pairOutcomes.endedByUser} then 'ended_by_user' end`

/**
 * Each pair of subscription and changed price with what is to be done: the table of billing rules, section 8,
 * "Price sync", as the domain's `syncLines` has it. A pair has a row for each stretch of its chain that something
 * is to be done in, or that the price has a line of; one row at least. Which rows belong together counts only where
 * a chain has several lines (`is_one_of_many`): a price without versions and changes of quantity pays nothing for it.
 * Written so that no estimate can make it quadratic, as the planner knows no sizes here: the pairs and the page's
 * stretches are a full join, which only hashes or merges (as a left join, a nested loop was seen to take minutes; a
 * probe of the index for each pair costs a tenth more). It gives stretches without a pair, too: their outcome is null.
 */
export function classifiedPairs(
  page: { run: PriceSyncRun; cursor: string; end: string; reached?: ReachedPairs | undefined },
  environmentId: string,
): RawBuilder<unknown> {
  const { run, cursor, end, reached } = page
  const unbilled = unbilledFrom(environmentId)
  return sql`
    with price as materialized (
      select p.id, p.root_price_id, p.currency, p.billing_period, p.billing_period_count, p.start_date, p.end_date,
        coalesce(p.min_quantity, 1) as min_quantity, p.sequence
      from prices p
      where p.plan_id = ${run.planId} and p.sequence > ${run.fromSequence} and p.sequence <= ${run.targetSequence}
    ),
    subscription as materialized (
      select id, greatest(start_date, plan.since) as start_date, plan.since as plan_since, currency, billing_period,
        billing_period_count, synced_price_sequence, current_period_start, ${reachedIn(reached)} as reached
      from subscriptions s cross join lateral (select ${planSince(environmentId)} as since) plan
      where plan_id = ${run.planId} and subscription_status <> 'cancelled' and id > ${cursor} and id <= ${end}
        and synced_price_sequence < ${run.targetSequence} order by id
    ),
    stretch as materialized (${stretches(page, environmentId)})
    select subscription_id, price_id, line_id, outcome, is_one_of_many, new_quantity, new_start,
      case when stop is not null then greatest(new_start, stop) end as new_end,
      case when user_end <= coalesce(price_end, 'infinity') and not is_followed then 'user'
        when is_followed or price_end <= coalesce(stretch_end, 'infinity') then 'price'
        when stretch_end is not null then 'user' end as new_ended_by,
      case when is_followed or price_end < user_end and price_end <= stretch_end then user_end end as new_user_end
    from (
      select s.id as subscription_id, p.id as price_id, case when is_own then stretch.line_id end as line_id,
        coalesce(stretch.lines > 1, false) as is_one_of_many, coalesce(stretch.quantity, p.min_quantity) as new_quantity, new_start, stop,
        stretch.user_end, stretch.stretch_end, coalesce(stretch.is_followed, false) as is_followed, p.end_date as price_end,
        case
          when s.id is null or stretch.line_id is null and stretch.lines > 0 then null
          when p.currency <> s.currency then ${pairOutcomes.otherCurrency}
          when p.billing_period = 'ONETIME' then ${pairOutcomes.oneTime}
          when (p.billing_period, p.billing_period_count) <> (s.billing_period, s.billing_period_count)
            then ${pairOutcomes.otherPeriod}
          when is_own and (stop is null and stretch.end_date is not null or greatest(new_start, stop) > stretch.end_date)
            then ${pairOutcomes.added}
          when is_own and stop is not null and (stretch.end_date is null or greatest(new_start, stop) < stretch.end_date)
            then ${pairOutcomes.removed}
          when not is_own and (stop is null or stop > new_start and stop > ${unbilled}) then ${pairOutcomes.added}
          when not is_own and not stretch.is_last then null
          when not is_own and p.end_date <= greatest(s.start_date, p.start_date, ${unbilled}) then ${pairOutcomes.ended}
          when stretch.overridden_from is not null then ${pairOutcomes.overridden}
          when stretch.is_ended_by_user then ${pairOutcomes.endedByUser}
          else ${pairOutcomes.inSync}
        end as outcome
      from (subscription s cross join lateral (${changedPrices(reached)}) p) full join stretch on stretch.subscription_id = s.id and stretch.root_price_id = p.root_price_id
      cross join lateral (select coalesce(stretch.price_id = p.id, false) as is_own,
        least(stretch.stretch_end, p.end_date) as stop,
        case when stretch.price_id = p.id then stretch.start_date
          else greatest(s.start_date, stretch.start_date, p.start_date) end as new_start) piece
      offset 0
    ) row
    where outcome is not null`
}

/** Those that a subscription `s` has not seen, each with when it is at work there. */
function changedPrices(reached: ReachedPairs | undefined) {
  return sql`
    select id, root_price_id, currency, billing_period, billing_period_count, min_quantity,
      ${startIn(reached)} as start_date, ${endIn(reached)} as end_date
    from price p where p.sequence > s.synced_price_sequence offset 0`
}

/**
 * The page's stretches of the changed prices' chains: the domain's `stretchesOf`. What is of the time before the plan came
 * anew, line or override, has gone with that time: of lines that is asked only where a plan of the page came anew. An override is a row without a line, behind the others; where the chain has no line at all it bounds the stretch from the subscription's start on.
 * Of two lines with one start the earlier one has no length, as its price ended before.
 */
function stretches(
  { run, cursor, end }: { run: PriceSyncRun; cursor: string; end: string },
  environmentId: string,
) {
  const of = { environmentId, planId: run.planId }
  return sql`
    with chain as materialized (
      select c.id, c.root_price_id from prices c where c.root_price_id = any (array(select root_price_id from price))
    ),
    line as (
      select l.id as line_id, l.subscription_id, chain.root_price_id, l.price_id, l.quantity, l.start_date, l.end_date,
        case l.ended_by when 'user' then l.end_date else l.user_end end as user_end, null::timestamptz as overridden_from
      from subscription_line_items l join chain on chain.id = l.price_id
      where l.subscription_id > ${cursor} and l.subscription_id <= ${end} and l.price_id = any (array(select id from chain))
        and not (exists (select from subscription where plan_since is not null)
          and ${cameAnewAfter(sql`l.subscription_id`, sql`l.start_date`, of)})
      union all
      select null, o.subscription_id, p.root_price_id, null, null, null, null, null, min(o.start_date)
      from prices o join prices p on p.id = o.overridden_price_id and p.environment_id = o.environment_id
      join subscription s on s.id = o.subscription_id and o.start_date >= coalesce(s.plan_since, '-infinity')
      where o.subscription_id > ${cursor} and o.subscription_id <= ${end}
        and p.root_price_id = any (array(select root_price_id from price)) and ${hasLine('o')}
      group by o.subscription_id, p.root_price_id
    )
    select line_id, subscription_id, root_price_id, price_id, quantity, start_date, end_date, user_end,
      min(overridden_from) over chain as overridden_from,
      least(user_end, lag(start_date) over latest_first, min(overridden_from) over chain) as stretch_end,
      lag(start_date) over latest_first < least(user_end, min(overridden_from) over chain, 'infinity') as is_followed,
      lag(line_id) over latest_first is null as is_last, count(line_id) over chain as lines,
      first_value(user_end) over latest_first is not null as is_ended_by_user
    from line
    window chain as (partition by subscription_id, root_price_id),
      latest_first as (partition by subscription_id, root_price_id
        order by start_date desc nulls last, end_date desc nulls first, price_id desc)`
}
