import {
  type BillingFailure,
  type BillingPage,
  type BillingPageCounts,
  type BillingRunRow,
  type BillingSlice,
  clearBillingFailures,
  finishBillingPage,
  nextBillingPage,
  recordBillingFailures,
} from '@flexprice/database/billing'
import type { Scoped } from '@flexprice/database/connection'
import type { EnvironmentSettings } from '@flexprice/database/tenancy'
import { expireCredits } from '@flexprice/database/wallets'
import { formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { billDue } from './bill-due.ts'
import { billLate } from './bill-late.ts'
import { finalizeDue } from './finalize-due.ts'
import { grantDue } from './grant-due.ts'
import { topUpDue } from './top-up-due.ts'

export interface BillPage {
  readonly run: BillingRunRow
  readonly slice: BillingSlice
  readonly rowsMax: number
  readonly settings: EnvironmentSettings
  readonly now: Date
}

/**
 * One page of a slice, in the caller's transaction, which also keeps its failures and moves the slice's cursor: all of
 * it or nothing, whatever is killed.
 *
 * @returns undefined when nothing of the slice is left
 */
export async function billPage(transaction: Scoped, bill: BillPage): Promise<BillingPageCounts | undefined> {
  const { now } = bill
  const page = await nextBillingPage(transaction, bill)
  if (page === undefined) return undefined
  const counts = await works[page.work](transaction, page, bill)
  await finishBillingPage(transaction, page, counts, now)
  return counts
}

const none: BillingPageCounts = {
  processed: 0,
  failed: 0,
  invoicesCreated: 0,
  invoicesFinalized: 0,
  schedulesFailed: 0,
  totals: [],
}

const works = {
  grants: giveGrants,
  periods: billPeriods,
  drafts: closeDrafts,
  late: billLateUsage,
  expiries: endExpired,
  topups: topUpWallets,
} as const

async function giveGrants(
  transaction: Scoped,
  page: BillingPage,
  { now }: BillPage,
): Promise<BillingPageCounts> {
  const { applications, subscriptionIds } = await grantDue(transaction, page.rows, now)
  await keep(transaction, page, { subscriptionIds, failures: [] })
  return { ...none, processed: applications }
}

async function billPeriods(
  transaction: Scoped,
  page: BillingPage,
  { run, settings, now }: BillPage,
): Promise<BillingPageCounts> {
  const ids = page.rows.map(({ subscriptionId }) => subscriptionId)
  const { as_of: asOf, dry_run: dryRun } = run
  const billed = await billDue(transaction, ids, { asOf, now, settings, dryRun, runId: run.id })
  if (!dryRun) await keep(transaction, page, billed)
  return {
    processed: billed.subscriptionIds.length,
    failed: billed.failures.length,
    invoicesCreated: billed.invoices.length,
    invoicesFinalized: billed.finalized,
    schedulesFailed: billed.failedChanges.length,
    totals: totalsOf(billed.invoices),
  }
}

async function closeDrafts(
  transaction: Scoped,
  page: BillingPage,
  { now }: BillPage,
): Promise<BillingPageCounts> {
  const closed = await finalizeDue(transaction, page.rows, now)
  await keep(transaction, page, closed)
  const { finalized, failures } = closed
  return { ...none, failed: failures.length, invoicesFinalized: finalized }
}

async function billLateUsage(
  transaction: Scoped,
  page: BillingPage,
  { now }: BillPage,
): Promise<BillingPageCounts> {
  const billed = await billLate(transaction, page.rows, now)
  await keep(transaction, page, billed)
  const { subscriptionIds, failures, invoices } = billed
  return {
    ...none,
    processed: subscriptionIds.length,
    failed: failures.length,
    invoicesCreated: invoices.length,
    invoicesFinalized: invoices.length,
    totals: totalsOf(invoices),
  }
}

/** Of the page's wallets what is left of credits whose end has come. No subscription is billed by it: a run's counts leave it out. */
async function endExpired(
  transaction: Scoped,
  page: BillingPage,
  { run, now }: BillPage,
): Promise<BillingPageCounts> {
  const subscriptionIds = page.rows.map(({ id }) => id)
  await expireCredits(transaction, subscriptionIds, { asOf: run.as_of, now })
  await keep(transaction, page, { subscriptionIds, failures: [] })
  return { ...none, processed: subscriptionIds.length }
}

/** As of wallets' ends of credits. */
async function topUpWallets(
  transaction: Scoped,
  page: BillingPage,
  { run, now }: BillPage,
): Promise<BillingPageCounts> {
  const subscriptionIds = page.rows.map(({ id }) => id)
  await topUpDue(transaction, subscriptionIds, { asOf: run.as_of, now })
  await keep(transaction, page, { subscriptionIds, failures: [] })
  return { ...none, processed: subscriptionIds.length }
}

/**
 * Passes over the slice's next row, of which nothing can be billed whatever is tried: kept as its failure.
 *
 * @returns undefined when nothing of the slice is left
 */
export async function failRow(
  transaction: Scoped,
  bill: BillPage,
  { code, message }: Pick<BillingFailure, 'code' | 'message'>,
): Promise<BillingPageCounts | undefined> {
  const page = await nextBillingPage(transaction, { ...bill, rowsMax: 1 })
  const [row] = page?.rows ?? []
  if (page === undefined || row === undefined) return undefined
  const failures = [{ subscriptionId: row.subscriptionId, code, message }]
  if (!bill.run.dry_run) await keep(transaction, page, { subscriptionIds: [], failures })
  const counts = { ...none, failed: 1 }
  await finishBillingPage(transaction, page, counts, bill.now)
  return counts
}

async function keep(
  transaction: Scoped,
  { runId, work }: BillingPage,
  done: { readonly subscriptionIds: readonly string[]; readonly failures: readonly BillingFailure[] },
): Promise<void> {
  const { subscriptionIds, failures } = done
  await recordBillingFailures(transaction, { runId, work, failures })
  await clearBillingFailures(transaction, { work, subscriptionIds })
}

function totalsOf(
  invoices: readonly { readonly currency: string; readonly total: string }[],
): BillingPageCounts['totals'] {
  return [...Map.groupBy(invoices, ({ currency }) => currency)].map(([currency, some]) => ({
    currency,
    invoices: some.length,
    total: formatDecimal(sumDecimals(some.map(({ total }) => readDecimal(total)))),
  }))
}
