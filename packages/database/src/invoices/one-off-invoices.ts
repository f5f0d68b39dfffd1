import { assert, invalid, keyReused, notFound } from '@flexprice/domain'
import { formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { lockKey } from '../idempotency/key-uses.ts'
import type { Metadata } from '../tables/row-types.ts'
import { type ClosedStatus, finalizeInvoices } from './finalize-invoices.ts'
import { insertInvoices, type NewInvoice } from './invoice-writes.ts'
import type { InvoiceRow } from './invoices.ts'

/** What a request bills a customer once. Amounts are decimal texts in whole units, none of them negative. */
export interface NewOneOff {
  readonly customerId: string
  /** What it is about; it must be the customer's, and of the same currency. */
  readonly subscriptionId: string | null
  /** In lower case. */
  readonly currency: string
  readonly lines: readonly OneOffLine[]
  readonly description: string
  readonly metadata: Metadata
  /** Null: it is issued as it is finalized. */
  readonly issueDate: Date | null
  readonly dueDate: Date | null
  readonly period: StatedPeriod | null
  /** The caller's name of it, and the field that it came in; null for a request without one, which is always new. */
  readonly key: { readonly value: string; readonly field: string } | null
  readonly requestHash: string
  /** False: it stays a draft until somebody finalizes it. */
  readonly finalize: boolean
}

export interface OneOffLine {
  readonly amount: string
  readonly quantity: string
  readonly displayName: string
  readonly period: StatedPeriod | null
  readonly metadata: Metadata
}

interface StatedPeriod {
  readonly start: Date
  readonly end: Date
}

/**
 * Makes a one-off, in one transaction with its number. The same key is the same invoice, for as long as that one is not
 * voided (billing rules, section 5); of two at once the second waits for the first.
 *
 * @throws key_reused when the key was used for another request; not_found for a customer or a subscription;
 *   validation_error for another's subscription, or one due before it is issued
 */
export function createOneOff(scoped: Scoped, asked: NewOneOff, now: Date): Promise<InvoiceRow> {
  return inTransaction(scoped, async (transaction) => {
    const made = asked.key && (await findMade(transaction, asked.key.value))
    if (made) {
      if (made.request_hash !== asked.requestHash) throw keyReused(asked.key?.field)
      return made
    }
    await holdCustomer(transaction, asked.customerId)
    await holdSubscription(transaction, asked)
    const draft = draftOf(asked, now)
    refuseDueBeforeIssue(draft.invoice, now)
    await insertInvoices(transaction, [draft], now)
    const row = await readRow(transaction, draft.invoice.id)
    if (!asked.finalize) return row
    await closeOneOff(transaction, row, now)
    return readRow(transaction, row.id)
  })
}

/**
 * Closes the draft of a one-off, which the caller holds: it is as its request stated it, and nothing of it is rated.
 *
 * @throws validation_error when its due date has passed meanwhile
 */
export async function closeOneOff(scoped: Scoped, draft: InvoiceRow, now: Date): Promise<ClosedStatus> {
  assert(draft.invoice_type === 'ONE_OFF', 'what else bills is rated before it is closed')
  refuseDueBeforeIssue(draft, now)
  const [closed] = await finalizeInvoices(scoped, [{ ...draft, dueDate: draft.due_date, seenBy: null }], now)
  assert(closed, 'each invoice is closed')
  return closed
}

/**
 * An invoice that is due before it is issued would be overdue at its first sight.
 *
 * @throws validation_error that names the due date
 */
export function refuseDueBeforeIssue(
  { issue_date, due_date }: Pick<InvoiceRow, 'issue_date' | 'due_date'>,
  now: Date,
): void {
  const issued = issue_date ?? now
  if (due_date === null || due_date >= issued) return
  const message = `must not be before the invoice is issued, ${issued.toISOString()}`
  throw invalid([{ path: 'due_date', message }])
}

async function findMade(scoped: Scoped, key: string): Promise<InvoiceRow | undefined> {
  await lockKey(scoped, key)
  return scoped.db
    .selectFrom('invoices')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('invoice_type', '=', 'ONE_OFF')
    .where('request_key', '=', key)
    .where('invoice_status', '<>', 'VOIDED')
    .executeTakeFirst()
}

/** Against a deletion that is under way. */
async function holdCustomer({ db, scope }: Scoped, id: string): Promise<void> {
  const customer = await db
    .selectFrom('customers')
    .select('id')
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .where('status', '=', 'published')
    .forKeyShare()
    .executeTakeFirst()
  if (!customer) throw notFound('Customer', id)
}

/** In the one order of locks, before its invoices are counted. Credits of it lower what is due in its currency alone. */
async function holdSubscription(
  { db, scope }: Scoped,
  { subscriptionId: id, customerId, currency }: NewOneOff,
): Promise<void> {
  if (id === null) return
  const subscription = await db
    .selectFrom('subscriptions')
    .select(['customer_id', 'currency'])
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .where('status', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst()
  if (!subscription) throw notFound('Subscription', id)
  if (subscription.customer_id !== customerId) {
    throw invalid([{ path: 'subscription_id', message: 'is not a subscription of customer_id' }])
  }
  if (subscription.currency !== currency) {
    throw invalid([
      { path: 'currency', message: `is not that of the subscription, ${subscription.currency}` },
    ])
  }
}

function draftOf(asked: NewOneOff, now: Date): NewInvoice {
  const id = newId('invoice')
  const sum = formatDecimal(sumDecimals(asked.lines.map(({ amount }) => readDecimal(amount))))
  return {
    invoice: {
      id,
      customer_id: asked.customerId,
      subscription_id: asked.subscriptionId,
      invoice_type: 'ONE_OFF',
      billing_reason: 'MANUAL',
      // Nobody else comes with its own id.
      request_key: asked.key?.value ?? id,
      request_hash: asked.requestHash,
      invoice_status: 'DRAFT',
      payment_status: 'PENDING',
      currency: asked.currency,
      ...{ billing_period: null, billing_period_count: null, billing_anchor: null, timezone: null },
      period_start: asked.period?.start ?? null,
      period_end: asked.period?.end ?? null,
      ...{ subtotal: sum, total_discount: '0', total_tax: '0', total_prepaid_credits_applied: '0' },
      ...{ total: sum, adjustment_amount: '0', amount_due: sum, amount_paid: '0' },
      description: asked.description,
      metadata: asked.metadata,
      issue_date: asked.issueDate,
      due_date: asked.dueDate,
      ...{ finalize_at: null, finalized_at: null, paid_at: null, voided_at: null },
      last_computed_at: now,
    },
    lines: asked.lines.map((line) => lineOf(line, asked, now)),
  }
}

function lineOf(line: OneOffLine, { currency, period }: NewOneOff, now: Date): NewInvoice['lines'][number] {
  const { start, end } = line.period ?? period ?? { start: now, end: now }
  const { amount, quantity } = line
  return {
    id: newId('invoiceLineItem'),
    ...{ subscription_line_item_id: null, plan_id: null, price_id: null, price_type: 'FIXED' },
    display_name: line.displayName,
    plan_display_name: '',
    ...{ quantity, amount, is_credit: false, line_item_discount: '0', invoice_level_discount: '0' },
    ...{ period_start: start, period_end: end },
    explanation: { currency, stated: { quantity, amount } },
    warnings: [],
    metadata: line.metadata,
    ...{ late_of: null, revision: null },
  }
}

function readRow({ db, scope }: Scoped, id: string): Promise<InvoiceRow> {
  return db
    .selectFrom('invoices')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}
