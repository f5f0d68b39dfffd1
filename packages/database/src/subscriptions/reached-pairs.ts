import { type PriceVersion, reachedVersions } from '@flexprice/domain/subscription'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { readBoundaries } from './version-boundaries.ts'

/**
 * When versions that wait for a subscription's next period, and the others of their chains, are at work in each of many
 * subscriptions. Calendars are computed here and not in SQL; what is alike is kept once.
 */
export interface ReachedPairs {
  /** By subscription: the place of its times. */
  readonly placeOf: Readonly<Record<string, number>>
  /** By place and price: start and end, as texts. */
  readonly times: ReadonlyArray<Readonly<Record<string, readonly [string, string | null]>>>
}

/**
 * @param of.versions all versions of the chains in which one waits
 * @returns undefined where there are none: then a price begins and ends with itself, in every subscription
 */
export async function readReachedPairs(
  scoped: Scoped,
  { versions, subscriptionIds }: { versions: readonly PriceVersion[]; subscriptionIds: readonly string[] },
): Promise<ReachedPairs | undefined> {
  if (versions.length === 0) return undefined
  const places = new Map<string, number>()
  const placeOf: Record<string, number> = {}
  const times: Record<string, readonly [string, string | null]>[] = []
  for (const [id, boundaries] of await readBoundaries(scoped, subscriptionIds)) {
    const reached = timesOf(reachedVersions(versions, boundaries))
    const key = JSON.stringify(reached)
    const place = places.get(key) ?? times.push(reached) - 1
    places.set(key, place)
    placeOf[id] = place
  }
  return { placeOf, times }
}

function timesOf(versions: readonly PriceVersion[]): Record<string, readonly [string, string | null]> {
  return Object.fromEntries(
    versions.map(({ id, start_date, end_date }) => [
      id,
      [start_date.toISOString(), end_date?.toISOString() ?? null] as const,
    ]),
  )
}

/**
 * As an expression of SQL, over a subscription `s`: an object with the times of each such price in it, `reached`; null
 * where there is none. A look-up in an object, as a join could be planned so that it reads all pairs for each.
 */
export function reachedIn(reached: ReachedPairs | undefined): RawBuilder<unknown> {
  if (!reached) return sql`null::jsonb`
  return sql`${JSON.stringify(reached.times)}::jsonb -> (${JSON.stringify(reached.placeOf)}::jsonb ->> s.id)::int`
}

/** As expressions of SQL, over a price `p` and a subscription `s` that has `reached`: when the one is at work in the other. */
export function startIn(reached: ReachedPairs | undefined): RawBuilder<Date> {
  if (!reached) return sql`p.start_date`
  return sql`case when s.reached ? p.id then (s.reached -> p.id ->> 0)::timestamptz else p.start_date end`
}

export function endIn(reached: ReachedPairs | undefined): RawBuilder<Date | null> {
  if (!reached) return sql`p.end_date`
  return sql`case when s.reached ? p.id then (s.reached -> p.id ->> 1)::timestamptz else p.end_date end`
}
