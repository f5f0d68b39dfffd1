import { assert, CodedError } from '@flexprice/domain'
import type { CreditTarget, RefundReason } from '@flexprice/domain/credit-note'
import {
  type Decimal,
  formatDecimal,
  isNegative,
  isPositive,
  sumDecimals,
  zero,
} from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import { mapped, type Reading, rowsOf, together } from '../connection/together.ts'
import type { LineCreditTable } from '../tables/line-credit-tables.ts'
import { type BilledLineRow, billedLines } from './billed-lines.ts'
import type { OwedCredit } from './owed-credits.ts'
import { type SettledCredits, settleCredits } from './settle-credits.ts'

/** What a change, a cancellation, a pause or an edit of lines credits of one line that a FINALIZED invoice billed. */
export interface NewLineCredit {
  readonly subscriptionId: string
  readonly invoiceId: string
  readonly lineId: string
  /** The line itself, or of late usage the one that it was added to (`late_of`). */
  readonly firstLineId: string
  /** Of the change: with the line it is the credit's identity, by a unique index. */
  readonly sourceId: string
  readonly currency: string
  /** Before discount and tax, and its shares of both; whole units. At most what of the line is not credited as yet. */
  readonly amount: Decimal
  readonly discount: Decimal
  readonly tax: Decimal
  /** What of amount − discount + tax is a credit line of the source's own invoice: only the rest goes back. */
  readonly netted: Decimal
  readonly target: CreditTarget
  readonly reason: RefundReason
}

/**
 * Keeps what is credited of lines, so that notes, late usage and other changes credit it no more and their invoices
 * cannot be voided, and settles what their own source does not charge anew, as `settleCredits` does.
 *
 * @throws state_conflict where more would be credited than is left of a line; or as `settleCredits`
 */
export async function creditLines(
  scoped: Scoped,
  credits: readonly NewLineCredit[],
  how: Parameters<typeof settleCredits>[2],
): Promise<SettledCredits> {
  if (credits.length === 0) return { credits: [], dueOf: new Map() }
  const withIds = credits.map((credit) => ({ ...credit, id: newId('lineCredit') }))
  const lineIds = credits.map(({ lineId }) => lineId)
  const [, lines] = await together(scoped, subscriptionsHeld(scoped, credits), billedLines(scoped, lineIds))
  refuseMoreThanBilled(lines, credits)
  await creditRows(scoped, withIds, how.now).execute(scoped.db)
  return await settleCredits(scoped, withIds.flatMap(owedLineCredit), how)
}

/**
 * The same in two parts, where the caller's transaction holds their subscriptions already, and their sources are new.
 *
 * @returns `kept`: what keeps them, if there are any, to be sent behind the writing of their sources, which throws as
 *   `creditLines`; `owed`: what of them is to be settled then
 */
export function lineCredits(
  scoped: Scoped,
  credits: readonly NewLineCredit[],
  now: Date,
): { readonly kept: readonly Reading<void>[]; readonly owed: readonly OwedCredit[] } {
  if (credits.length === 0) return { kept: [], owed: [] }
  const withIds = credits.map((credit) => ({ ...credit, id: newId('lineCredit') }))
  const lineIds = credits.map(({ lineId }) => lineId)
  const rows = creditRows(scoped, withIds, now)
  // One statement, which sees what was credited before it: what it has written is undone where that is too much.
  const billed = billedLines(scoped, lineIds, sql`with credited as (${rows})`)
  const kept = mapped(billed, (lines) => refuseMoreThanBilled(lines, credits))
  return { kept: [kept], owed: withIds.flatMap(owedLineCredit) }
}

/**
 * In the one order, as a rule once more: a row that refers to what nobody holds waits for whoever does, in the order of
 * the rows.
 */
function subscriptionsHeld({ scope }: Scoped, credits: readonly NewLineCredit[]): Reading<unknown> {
  return rowsOf(sql`
    select from subscriptions where environment_id = ${scope.environmentId}
      and id = any (${[...new Set(credits.map(({ subscriptionId }) => subscriptionId))]}::text[])
    order by id for update`)
}

/** Whatever their source has calculated: of a line no more is credited than was billed, in all, by whoever comes. */
function refuseMoreThanBilled(lines: readonly BilledLineRow[], credits: readonly NewLineCredit[]): void {
  const uncredited = new Map(lines.map((line) => [line.firstLineId, line.uncredited]))
  for (const { firstLineId, lineId, amount } of credits) {
    const left = (uncredited.get(firstLineId) ?? zero).minus(amount)
    uncredited.set(firstLineId, left)
    if (!isNegative(left)) continue
    const message = `Of line ${lineId} ${formatDecimal(amount)} would be credited, more than is left of what it was billed`
    throw new CodedError('state_conflict', message, { details: { invoice_line_item_id: lineId } })
  }
}

/** For `previewCredits`, too, under any id that tells it from the others. */
export function owedLineCredit(credit: NewLineCredit & { readonly id: string }): OwedCredit[] {
  const { id, invoiceId, target, reason } = credit
  const amount = leftOf(credit)
  assert(!isNegative(amount), `at most all of ${id} is charged anew`)
  return isPositive(amount) ? [{ kind: 'line_credit', id, invoiceId, amount, target, reason }] : []
}

function creditRows(
  scoped: Scoped,
  credits: readonly (NewLineCredit & { readonly id: string })[],
  now: Date,
): RawBuilder<unknown> {
  return insertRecords('line_credits', audited(scoped, credits.map(lineCreditRow), now))
}

function leftOf({ amount, discount, tax, netted }: NewLineCredit): Decimal {
  return sumDecimals([amount, tax]).minus(discount).minus(netted)
}

function lineCreditRow(credit: NewLineCredit & { readonly id: string }): NewRecord<LineCreditTable> {
  return {
    ...{ id: credit.id, subscription_id: credit.subscriptionId, invoice_id: credit.invoiceId },
    ...{ invoice_line_item_id: credit.lineId, first_line_id: credit.firstLineId },
    ...{ source_id: credit.sourceId, currency: credit.currency },
    amount: formatDecimal(credit.amount),
    discount: formatDecimal(credit.discount),
    tax: formatDecimal(credit.tax),
    netted_amount: formatDecimal(credit.netted),
  }
}
