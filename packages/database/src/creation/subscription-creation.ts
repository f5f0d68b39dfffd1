import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords, type NewRecord } from '../connection/insert-records.ts'
import {
  type EntitlementOverride,
  insertSubscriptionEntitlements,
} from '../entitlements/entitlement-inserts.ts'
import { insertCreditGrants, type NewCreditGrant } from '../grants/credit-grants.ts'
import { insertApplications } from '../grants/grant-applications.ts'
import type { NewApplication } from '../grants/grant-terms.ts'
import { finalizeInvoices } from '../invoices/finalize-invoices.ts'
import type { NewInvoice } from '../invoices/invoice-writes.ts'
import type { PriceTable } from '../tables/catalog-tables.ts'
import type { SubscriptionLineItemTable, SubscriptionTable } from '../tables/subscription-tables.ts'

/** A subscription with everything that comes with it, as the rules made it. */
export interface SubscriptionCreation {
  readonly subscription: NewRecord<
    SubscriptionTable,
    'version' | 'status' | 'was_paused' | CancellationColumn
  >
  /** Prices of its own, in place of its plan's. */
  readonly prices: readonly OwnPrice[]
  readonly lines: readonly NewLine[]
  /** In place of its plan's. */
  readonly entitlements: readonly EntitlementOverride[]
  /** Of its own, beside its plan's. */
  readonly grants: readonly NewCreditGrant[]
  /** What is to come first of each grant, its plan's too; nothing of a subscription that has not begun. */
  readonly applications: readonly NewApplication[]
  /** A draft without usage, with its due date: it is closed at once. */
  readonly invoice: NewInvoice | null
}

/** What nothing begins with. */
type CancellationColumn = keyof SubscriptionTable & `cancel_${string}`

export type OwnPrice = NewRecord<PriceTable, 'status' | 'sequence'>
export type NewLine = NewRecord<
  SubscriptionLineItemTable,
  'user_end' | 'opened_by_change' | 'closed_by_change' | 'carries_line_id' | 'former_grid'
>

/**
 * Writes subscriptions with their prices, lines, entitlements and opening invoices, all or none, in the caller's
 * transaction: a fixed number of statements, for one and for a thousand. What they were made from
 * (`readSubscriptionFacts`) was read in the same transaction.
 *
 * @throws service_unavailable when another request with one of the idempotency keys was faster: the next try finds it
 */
export async function insertSubscriptionCreations(
  scoped: Scoped,
  creations: readonly SubscriptionCreation[],
  now: Date,
): Promise<void> {
  if (creations.length === 0) return
  const subscriptions = creations.map(({ subscription }) => subscription)
  await insertLinesWith(
    scoped,
    creations,
    insertRecords('subscriptions', audited(scoped, subscriptions, now)),
    now,
  )
  await insertSubscriptionEntitlements(
    scoped,
    creations.flatMap(({ entitlements }) => entitlements),
    now,
  )
  await writeGrants(scoped, creations, now)
  await openInvoices(scoped, creations, now, { areFirst: true })
}

/** What a subscription is given: no statement where there is nothing. */
export async function writeGrants(
  scoped: Scoped,
  creations: readonly Pick<SubscriptionCreation, 'grants' | 'applications'>[],
  now: Date,
): Promise<void> {
  await insertCreditGrants(
    scoped,
    creations.flatMap(({ grants }) => grants),
    now,
  )
  await insertApplications(
    scoped,
    creations.flatMap(({ applications }) => applications),
    now,
  )
}

/** Writes the invoices that come with the subscriptions, and closes them: what else the transaction does comes before. */
export async function openInvoices(
  scoped: Scoped,
  creations: readonly Pick<SubscriptionCreation, 'invoice'>[],
  now: Date,
  { areFirst = false } = {},
): Promise<void> {
  const closing = creations.flatMap(({ invoice: unwritten }) =>
    unwritten ? [{ ...unwritten.invoice, dueDate: unwritten.invoice.due_date, seenBy: null, unwritten }] : [],
  )
  await finalizeInvoices(scoped, closing, now, { areFirst })
}

/** The statement and, in the same round trip, the lines and own prices of the creations. */
export async function insertLinesWith(
  scoped: Scoped,
  creations: readonly Pick<SubscriptionCreation, 'prices' | 'lines'>[],
  statement: ReturnType<typeof insertRecords>,
  now: Date,
): Promise<void> {
  const prices = creations.flatMap((creation) => creation.prices)
  const lines = creations.flatMap((creation) => creation.lines)
  const lineInsert = insertRecords('subscription_line_items', audited(scoped, lines, now))
  const all =
    prices.length === 0
      ? sql`with subscription as (${statement}) ${lineInsert}`
      : sql`with subscription as (${statement}), price as (${insertRecords('prices', audited(scoped, prices, now))})
          ${lineInsert}`
  await all.execute(scoped.db)
}
