import { invalid } from '@flexprice/domain'
import type { VersionWait } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { PriceRow } from './prices.ts'

/** When the new money of an edit begins. */
export interface EditTiming {
  /** For everybody at once: now, or the start of a price that is not yet at work, unless given. */
  readonly effectiveFrom?: Date | undefined
  /** For each subscription that is running then at its own next boundary. */
  readonly effectiveAt?: VersionWait | undefined
}

/** @throws validation_error for an edit that says when in two ways */
export function refuseTwoTimings({ effectiveFrom, effectiveAt }: EditTiming): void {
  if (effectiveAt === undefined || effectiveFrom === undefined) return
  const message = `cannot be given with effective_from: ${effectiveAt} begins with the edit, in each subscription at its own boundary`
  throw invalid([{ path: 'effective_at', message }])
}

/** @throws validation_error for a price that bills once, and so has no next period */
export function refuseOnceBilled({ billing_period }: PriceRow, { effectiveAt }: EditTiming): void {
  if (effectiveAt === undefined || billing_period !== 'ONETIME') return
  throw invalid([{ path: 'effective_at', message: 'is for a price that recurs: this one is ONETIME' }])
}

/**
 * Has syncs look at those versions, too, that end somewhere else as the last one of their chain ends or gets a successor:
 * while that one waits, the ones before it are still at work (the domain's `versionsInTurn`). Called before the
 * successor is there.
 *
 * @param last the chains' last versions, as they were, each with its plan's new sequence
 */
export async function raiseVersionsInTurn(
  { db, scope }: Scoped,
  last: ReadonlyArray<{ readonly price: PriceRow; readonly sequence: number }>,
): Promise<void> {
  const waiting = last.filter(({ price }) => price.waits_for !== null)
  if (waiting.length === 0) return
  await sql`
    update prices p set sequence = one.sequence
    from unnest(${waiting.map(({ price }) => price.root_price_id)}::text[],
      ${waiting.map(({ sequence }) => sequence)}::bigint[]) one (root_price_id, sequence)
    where p.environment_id = ${scope.environmentId} and p.root_price_id = one.root_price_id
      and p.status = 'published' and p.start_date >= (
        select max(o.start_date) from prices o
        where o.environment_id = p.environment_id and o.root_price_id = one.root_price_id
          and o.status = 'published' and o.waits_for is null)`.execute(db)
}
