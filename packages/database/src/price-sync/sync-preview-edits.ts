import { CodedError, type FieldProblem, invalid, isCodedError, notFound } from '@flexprice/domain'
import { type SubscriptionSync, versionsInTurn } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import { metersById } from '../catalog/meters.ts'
import { type PriceEdit, planSuccessor } from '../catalog/price-edits.ts'
import type { PriceRow } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { hasLine } from '../line-items/standing-overrides.ts'
import { planSince } from '../subscriptions/plan-since.ts'

export type SyncPreviewEdit = Omit<PriceEdit, 'now'>

/** A plan as it would be with the edits made. */
export interface EditedPlan {
  /** All of the plan's prices: those edited end, and each is followed by its successor. */
  readonly prices: readonly PriceRow[]
  /** Each edited price by its successor, which has no row yet. */
  readonly editedBySuccessor: ReadonlyMap<string, PriceRow>
  /** Every subscription of the plan is synced up to this sequence at least. */
  readonly floor: number
  /** The first end of a price after the instant: from then on an edit of that one is refused. */
  readonly validUntil: Date | null
}

/**
 * Makes price edits in memory, by the rules and checks of the real edit.
 *
 * @throws not_found for a plan; validation_error that names each bad field, `prices[2].amount`;
 *   invalid_operation for a price that was replaced or has ended
 */
export async function planSyncPreview(
  scoped: Scoped,
  { planId, edits, at }: { planId: string; edits: readonly SyncPreviewEdit[]; at: Date },
): Promise<EditedPlan> {
  const { db, scope } = scoped
  const plan = await db
    .selectFrom('plans')
    .select('synced_price_sequence as floor')
    .where('id', '=', planId)
    .where('environment_id', '=', scope.environmentId)
    .where('status', '=', 'published')
    .executeTakeFirst()
  if (!plan) throw notFound('Plan', planId)
  const present = await db
    .selectFrom('prices')
    .selectAll()
    .where('plan_id', '=', planId)
    .where('status', '=', 'published')
    .orderBy('id')
    .execute()
  const successors = await successorsOf(scoped, present, { edits, at })
  const moved = inTurnWith(present, successors)
  const prices = present.flatMap((price) => {
    const successor = successors.get(price.id)
    if (!successor) return [moved.has(price.id) ? { ...price, sequence: unseen } : price]
    const ended = { ...price, end_date: successor.start_date, successor_price_id: successor.id }
    // No subscription has seen it: greater than any sequence that one can have.
    return [
      { ...ended, sequence: unseen },
      { ...successor, sequence: unseen },
    ]
  })
  const ends = prices.flatMap(({ end_date }) => (end_date && end_date > at ? [end_date.getTime()] : []))
  return {
    prices,
    editedBySuccessor: new Map(
      present.flatMap((price) => {
        const successor = successors.get(price.id)
        return successor ? [[successor.id, price] as const] : []
      }),
    ),
    floor: plan.floor,
    validUntil: ends.length === 0 ? null : new Date(Math.min(...ends)),
  }
}

const unseen = Number.MAX_SAFE_INTEGER

/** Those that an edit leaves as they are, but that end somewhere else in a subscription. */
function inTurnWith(
  present: readonly PriceRow[],
  successors: ReadonlyMap<string, PriceRow>,
): ReadonlySet<string> {
  const chains = Map.groupBy(present, ({ root_price_id }) => root_price_id)
  return new Set(
    present
      .filter(({ id, waits_for }) => waits_for !== null && successors.has(id))
      .flatMap((price) => versionsInTurn(chains.get(price.root_price_id) ?? [], price))
      .map(({ id }) => id),
  )
}

/** What a sync of the edited plan looks at in a subscription that was synced up to the sequence. */
export function changedSince(
  plan: EditedPlan,
  syncedSequence: number,
): SubscriptionSync<never>['hasChanged'] {
  const from = Math.max(plan.floor, syncedSequence)
  const changed = new Set(plan.prices.filter(({ sequence }) => sequence > from).map(({ id }) => id))
  return ({ id }) => changed.has(id)
}

async function successorsOf(
  scoped: Scoped,
  present: readonly PriceRow[],
  { edits, at }: { edits: readonly SyncPreviewEdit[]; at: Date },
): Promise<ReadonlyMap<string, PriceRow>> {
  const byId = new Map(present.map((price) => [price.id, price]))
  const meterIds = edits.flatMap(({ priceId }) => byId.get(priceId)?.meter_id ?? [])
  const meters = await metersById(scoped, [...new Set(meterIds)])
  const successors = new Map<string, PriceRow>()
  const problems: FieldProblem[] = []
  const refusals: CodedError[] = []
  for (const [index, edit] of edits.entries()) {
    const path = (field: string) => `prices[${index}].${field}`
    const price = byId.get(edit.priceId)
    if (!price) {
      problems.push({ path: path('price_id'), message: `is no price of the plan: ${edit.priceId}` })
    } else if (successors.has(price.id)) {
      problems.push({ path: path('price_id'), message: 'is given twice' })
    } else {
      try {
        const meter = meters.get(price.meter_id ?? '')
        const successor = planSuccessor(price, { ...edit, now: at }, meter)
        if (successor) successors.set(price.id, successor)
        else problems.push({ path: `prices[${index}]`, message: 'changes nothing of what the price costs' })
      } catch (error) {
        if (!isCodedError(error)) throw error
        const fields = error.details?.fields
        if (fields) problems.push(...fields.map((one) => ({ ...one, path: path(one.path) })))
        else refusals.push(withPath(error, path('price_id')))
      }
    }
  }
  if (problems.length > 0) throw invalid(problems)
  if (refusals[0]) throw refusals[0]
  return successors
}

function withPath(error: CodedError, path: string): CodedError {
  return new CodedError(error.code, error.message, {
    details: { ...error.details, fields: [{ path, message: error.message }] },
    cause: error,
  })
}

/**
 * Of each of the subscriptions that has prices of its own: since when, by the first price of the chain replaced.
 *
 * @param of `presentPlan`: only of the time since the subscription has its plan: what was before has gone with it
 */
export async function listOverriddenFrom(
  scoped: Scoped,
  subscriptionIds: readonly string[],
  { presentPlan }: { readonly presentPlan: boolean },
): Promise<ReadonlyMap<string, ReadonlyMap<string, Date>>> {
  const since = presentPlan ? planSince(scoped.scope.environmentId) : sql`null::timestamptz`
  const { rows } = await sql<{ subscription_id: string; root: string; since: Date }>`
    select o.subscription_id, p.root_price_id as root, min(o.start_date) as since
    from prices o join prices p on p.environment_id = o.environment_id and p.id = o.overridden_price_id
    join subscriptions s on s.environment_id = o.environment_id and s.id = o.subscription_id
    where o.subscription_id = any (${subscriptionIds}::text[])
      and o.start_date >= coalesce(${since}, '-infinity'::timestamptz) and ${hasLine('o')}
    group by o.subscription_id, p.root_price_id`.execute(scoped.db)
  const bySubscription = Map.groupBy(rows, ({ subscription_id }) => subscription_id)
  return new Map(
    [...bySubscription].map(([id, chains]) => [id, new Map(chains.map(({ root, since }) => [root, since]))]),
  )
}
