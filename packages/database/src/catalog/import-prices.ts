import { assert, type CodedError, invalid, isCodedError, notFound } from '@flexprice/domain'
import { validateAgainstMeter } from '@flexprice/domain/price'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { otherKindRefusal } from '../connection/id-kind.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import type { WrittenRecord } from '../connection/written-record.ts'
import { groupRefusal } from './groups.ts'
import { type ImportedPrice, type ImportedPriceFacts, readImportedPriceFacts } from './imported-prices.ts'
import { keptProblems } from './kept-terms.ts'
import { raisePriceSequences } from './plans.ts'
import { ownPrice, planSuccessor, refuseLoneInstant, withText } from './price-edits.ts'
import type { NewPrice, PriceRow } from './prices.ts'
import { raiseVersionsInTurn } from './waiting-versions.ts'

/** A page's prices as its rows so far leave them. */
interface Draft {
  /** By lookup key: the price that it stands for now. */
  readonly current: Map<string, PriceRow>
  readonly roots: Map<string, Date>
  /** By id, to be written. */
  readonly made: Map<string, PriceRow>
  readonly changed: Map<string, PriceRow>
  /** Whose prices a sync has to look at. */
  readonly plans: Set<string>
  /** Those that are there and get a successor, as they were. */
  readonly replaced: PriceRow[]
}

/**
 * Makes the prices that are not there, and changes the others as their PUT would, all at once: as if the rows came one
 * after the other. Each plan's sequence is raised once, so that a sync sees all of it or nothing. Needs the caller's
 * transaction.
 *
 * @returns what became of each row, in their order; of a price that has new money, its successor's id
 * @throws already_exists when another transaction has just made one with the same lookup key
 */
export async function importPrices(
  scoped: Scoped,
  rows: readonly ImportedPrice[],
  now: Date,
): Promise<WrittenRecord[]> {
  assert(scoped.db.isTransaction, 'prices are imported in a transaction')
  const facts = await readImportedPriceFacts(scoped, rows)
  const draft: Draft = {
    current: new Map(facts.prices),
    roots: new Map(facts.roots),
    made: new Map(),
    changed: new Map(),
    plans: new Set(),
    replaced: [],
  }
  const outcomes = rows.map((row) => outcomeOf(draft, row, facts, { scoped, now }))
  await writeDraft(scoped, draft, now)
  return outcomes
}

interface Moment {
  readonly scoped: Pick<Scoped, 'scope'>
  readonly now: Date
}

function outcomeOf(
  draft: Draft,
  row: ImportedPrice,
  facts: ImportedPriceFacts,
  moment: Moment,
): WrittenRecord {
  if (row.id !== undefined) return outcomeById(draft, row.id, row, facts, moment)
  const there = row.lookupKey === undefined ? undefined : draft.current.get(row.lookupKey)
  if (there && !isForgotten(there, row, moment.now)) return changedOutcome(draft, there, row, facts, moment)
  const { creation } = row
  if (isCodedError(creation)) return { refused: creation }
  const refusal = creationRefusal(creation, facts)
  if (refusal) return { refused: refusal }
  const price = priceRow(creation, moment)
  draft.made.set(price.id, price)
  draft.roots.set(price.id, price.start_date)
  draft.plans.add(creation.plan_id)
  if (row.lookupKey !== undefined) draft.current.set(row.lookupKey, price)
  return { created: price.id }
}

/** Of a row that means the price of that id, as the rows before have left it: a later one may mean what an earlier one has ended. */
function outcomeById(
  draft: Draft,
  id: string,
  row: ImportedPrice,
  facts: ImportedPriceFacts,
  moment: Moment,
): WrittenRecord {
  const price = draft.made.get(id) ?? draft.changed.get(id) ?? facts.pricesById.get(id)
  if (!price) return { refused: otherKindRefusal('price', id) ?? notFound('Price', id) }
  const { lookup_key: key } = price
  if (row.lookupKey === undefined || row.lookupKey === key) {
    return changedOutcome(draft, price, { ...row, lookupKey: key ?? undefined }, facts, moment)
  }
  const message = `cannot change: it is ${key ?? 'none'} of price ${id}`
  return { refused: invalid([{ path: 'lookup_key', message }]) }
}

/** Its key is free again once its end has passed; a row that has that very end means it all the same. */
function isForgotten({ end_date: end }: PriceRow, { kept }: ImportedPrice, now: Date): boolean {
  return end !== null && end <= now && kept.end_date?.getTime() !== end.getTime()
}

/** As the price's PUT would answer, also for what it does not know and the row says otherwise. */
function changedOutcome(
  draft: Draft,
  price: PriceRow,
  { lookupKey, changes, timing, kept }: ImportedPrice,
  facts: ImportedPriceFacts,
  { now }: Moment,
): WrittenRecord {
  if (isCodedError(changes)) return { refused: changes }
  const refusal = changes.group_id ? groupRefusal('price', changes.group_id, facts.groups) : undefined
  if (refusal) return { refused: refusal }
  if (price.plan_id === null) return { refused: ownPrice() }
  const problems = keptProblems(price, draft.roots.get(price.root_price_id), kept)
  if (problems.length > 0) return { refused: invalid(problems) }
  try {
    const edit = { priceId: price.id, changes, ...timing, now }
    const successor = planSuccessor(price, edit, facts.meters.get(price.meter_id ?? ''))
    if (successor === undefined) refuseLoneInstant(edit)
    const current = successor ?? withText(price, changes)
    if (successor) {
      const ended = { end_date: successor.start_date, successor_price_id: successor.id, lookup_key: null }
      if (!draft.made.has(price.id)) draft.replaced.push(price)
      place(draft, { ...price, ...ended })
      draft.plans.add(price.plan_id)
    }
    if (successor) draft.made.set(successor.id, successor)
    else place(draft, current)
    if (lookupKey !== undefined) draft.current.set(lookupKey, current)
    return { updated: current.id }
  } catch (error) {
    if (isCodedError(error)) return { refused: error }
    throw error
  }
}

function place({ made, changed }: Draft, price: PriceRow): void {
  if (made.has(price.id)) made.set(price.id, price)
  else changed.set(price.id, price)
}

function creationRefusal(price: NewPrice, facts: ImportedPriceFacts): CodedError | undefined {
  const { plan_id: planId, group_id: groupId, meter_id: meterId } = price
  const otherKind =
    otherKindRefusal('plan', planId) ?? (meterId ? otherKindRefusal('meter', meterId) : undefined)
  const refusal = otherKind ?? (groupId ? groupRefusal('price', groupId, facts.groups) : undefined)
  if (refusal) return refusal
  const meter = facts.meters.get(meterId ?? '')
  if (meterId && meter?.status !== 'published') return notFound('Meter', meterId)
  const problems = meter ? validateAgainstMeter(price, meter) : []
  if (problems.length > 0) return invalid(problems)
  return facts.plans.has(planId) ? undefined : notFound('Plan', planId)
}

function priceRow(price: NewPrice, { scoped: { scope }, now }: Moment): PriceRow {
  const id = newId('price')
  return {
    id,
    environment_id: scope.environmentId,
    plan_id: price.plan_id,
    subscription_id: null,
    root_price_id: id,
    overridden_price_id: null,
    successor_price_id: null,
    type: price.type,
    billing_model: price.billing_model,
    tier_mode: price.tier_mode ?? null,
    tiers: price.tiers ?? null,
    amount: price.amount ?? null,
    divide_by: price.divide_by ?? null,
    round: price.round ?? null,
    currency: price.currency,
    billing_period: price.billing_period,
    billing_period_count: price.billing_period_count ?? 1,
    invoice_cadence: price.invoice_cadence,
    trial_period_days: price.trial_period_days ?? 0,
    min_quantity: price.min_quantity ?? null,
    lookup_key: price.lookup_key ?? null,
    display_name: price.display_name ?? '',
    description: price.description ?? '',
    metadata: price.metadata ?? {},
    start_date: price.start_date ?? now,
    end_date: price.end_date ?? null,
    waits_for: null,
    sequence: 0,
    meter_id: price.meter_id ?? null,
    group_id: price.group_id ?? null,
    bucket_size: price.bucket_size ?? null,
    filter_values: price.filter_values ?? null,
    status: 'published',
    created_at: now,
    updated_at: now,
    created_by: scope.userId,
    updated_by: scope.userId,
  }
}

async function writeDraft(
  scoped: Scoped,
  { made, changed, plans, replaced }: Draft,
  now: Date,
): Promise<void> {
  const { db, scope } = scoped
  const sequences = plans.size > 0 ? await raisePriceSequences(scoped, [...plans]) : new Map<string, number>()
  const sequenceOf = ({ plan_id: plan }: PriceRow) => sequences.get(plan ?? '') ?? 0
  // The old ones first: with a successor they no longer hold the lookup key, which the new one takes.
  if (changed.size > 0) {
    const rows = [...changed.values()].map((row) => ({
      ...row,
      sequence: row.successor_price_id === null ? row.sequence : sequenceOf(row),
    }))
    await sql`update prices set end_date = n.end_date, successor_price_id = n.successor_price_id, lookup_key = n.lookup_key,
        display_name = n.display_name, description = n.description, metadata = n.metadata, group_id = n.group_id,
        sequence = n.sequence, updated_at = ${now}, updated_by = ${scope.userId}
      from json_populate_recordset(null::prices, ${JSON.stringify(rows)}::json) n
      where prices.environment_id = ${scope.environmentId} and prices.id = n.id`.execute(db)
    await raiseVersionsInTurn(
      scoped,
      replaced.map((price) => ({ price, sequence: sequenceOf(price) })),
    )
  }
  if (made.size === 0) return
  const rows = [...made.values()].map((row) => {
    const { environment_id: _, status: __, created_at, updated_at, created_by, updated_by, ...values } = row
    return { ...values, sequence: sequenceOf(row) }
  })
  await insertRecords('prices', audited(scoped, rows, now)).execute(db)
}
