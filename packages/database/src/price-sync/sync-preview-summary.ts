import { assert } from '@flexprice/domain'
import { formatDecimal, parseDecimal } from '@flexprice/domain/money'
import type { SyncOutcome, SyncSkip } from '@flexprice/domain/subscription'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SyncPreviewSummary } from '../tables/sync-preview-tables.ts'
import { namedSkipsOf } from './named-skips.ts'

const moversPerCurrency = 10

/** What the items and slices of a preview come to. Asserts that every slice is done. */
export async function summarizeSyncPreview(scoped: Scoped, previewId: string): Promise<SyncPreviewSummary> {
  const slices = await doneSlices(scoped, previewId)
  const counts = await countItems(scoped, previewId)
  const count = (outcome: string) =>
    counts.filter((row) => row.outcome === outcome).reduce((sum, row) => sum + row.subscriptions, 0)
  const untouched = (reason: SyncSkip) => counts.find((row) => row.reason === reason)?.subscriptions ?? 0
  return {
    touched: count('touched'),
    untouched: count('untouched'),
    failed: count('failed'),
    untouched_by_reason: {
      incompatible: untouched('incompatible'),
      ended: untouched('ended'),
      overridden: untouched('overridden'),
      ended_by_user: untouched('ended_by_user'),
      in_sync: untouched('in_sync'),
    },
    outcomes: sumOutcomes(slices),
    skipped_prices: namedSkipsOf(slices.map(({ skipped_prices }) => skipped_prices)),
    totals: await sumAmounts(scoped, previewId),
    largest_movers: await listMovers(scoped, previewId),
  }
}

async function doneSlices(scoped: Scoped, previewId: string) {
  const slices = await scoped.db
    .selectFrom('sync_preview_slices')
    .select(['cursor', 'range_end', 'outcomes', 'skipped_prices'])
    .where('preview_id', '=', previewId)
    .execute()
  assert(
    slices.every((slice) => slice.cursor === slice.range_end),
    `every slice of preview ${previewId} is done`,
  )
  return slices
}

function sumOutcomes(
  slices: readonly { readonly outcomes: Partial<Record<SyncOutcome, number>> }[],
): Record<SyncOutcome, number> {
  const sum = (outcome: SyncOutcome) =>
    slices.reduce((total, { outcomes }) => total + (outcomes[outcome] ?? 0), 0)
  return {
    added: sum('added'),
    removed: sum('removed'),
    incompatible: sum('incompatible'),
    ended: sum('ended'),
    overridden: sum('overridden'),
    ended_by_user: sum('ended_by_user'),
    in_sync: sum('in_sync'),
  }
}

function countItems(scoped: Scoped, previewId: string) {
  return scoped.db
    .selectFrom('sync_preview_items')
    .select(['outcome', 'reason', (items) => items.fn.countAll<number>().as('subscriptions')])
    .where('preview_id', '=', previewId)
    .groupBy(['outcome', 'reason'])
    .execute()
}

async function sumAmounts(scoped: Scoped, previewId: string): Promise<SyncPreviewSummary['totals']> {
  const { rows } = await sql<SyncPreviewSummary['totals'][number]>`
    select currency, count(*) as subscriptions, count(*) filter (where after > before) as increased,
      count(*) filter (where after < before) as decreased, coalesce(sum(before), 0) as before,
      coalesce(sum(after), 0) as after, coalesce(sum(after - before), 0) as difference
    from sync_preview_items where preview_id = ${previewId} and outcome <> 'failed'
    group by currency order by currency`.execute(scoped.db)
  return rows.map((row) => ({ ...row, ...plainAmounts(row) }))
}

async function listMovers(scoped: Scoped, previewId: string): Promise<SyncPreviewSummary['largest_movers']> {
  const { rows } = await sql<SyncPreviewSummary['largest_movers'][number]>`
    select currency, subscription_id, customer_id, external_customer_id, before, after, after - before as difference
    from (
      select item.*, row_number() over (partition by currency order by abs(after - before) desc, subscription_id) as place
      from sync_preview_items item
      where preview_id = ${previewId} and outcome = 'touched' and after <> before
    ) ranked
    where place <= ${moversPerCurrency} order by currency, place`.execute(scoped.db)
  return rows.map((row) => ({ ...row, ...plainAmounts(row) }))
}

/** Without the zeros that the columns' scale adds. */
function plainAmounts(row: { before: string; after: string; difference: string }) {
  return { before: plain(row.before), after: plain(row.after), difference: plain(row.difference) }
}

function plain(text: string): string {
  const value = parseDecimal(text)
  assert(value, `${text} is a decimal`)
  return formatDecimal(value)
}
