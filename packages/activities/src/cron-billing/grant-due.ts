import type { DueRow } from '@flexprice/database/billing'
import type { Scoped } from '@flexprice/database/connection'
import {
  applicationAt,
  type DueApplication,
  type FinishedApplication,
  finishApplications,
  grantedSubscriptionOf,
  grantTermsOf,
  holdApplications,
  insertApplications,
} from '@flexprice/database/grants'
import { bookCredits, ensureWallets } from '@flexprice/database/wallets'
import { assert } from '@flexprice/domain'
import { formatDecimal, isPositive, readDecimal } from '@flexprice/domain/money'
import { type DueGrant, grantDueAt, moneyOfCredits } from '@flexprice/domain/wallet'
import { isBilled } from '../calculate-charges/billed-cycle.ts'

export interface Granted {
  /** Given, or passed over. */
  readonly applications: number
  readonly subscriptionIds: readonly string[]
}

/**
 * Gives the credits of grants that have fallen due, in the caller's transaction: into each customer's wallet, made
 * where there is none, with a fixed number of statements, however many (billing rules, section 11). What comes next of
 * those that go on is written with it. A subscription that is paused or cancelled gets none; one that is incomplete
 * has to wait.
 *
 * Idempotent by (grant, subscription, period): what is given is not to come any more, and its credit has a key of its
 * own, for ever.
 */
export async function grantDue(transaction: Scoped, due: readonly DueRow[], now: Date): Promise<Granted> {
  assert(transaction.db.isTransaction, 'a page is granted in one transaction')
  const held = await holdApplications(transaction, {
    ids: due.map(({ id }) => id),
    subscriptionIds: due.map(({ subscriptionId }) => subscriptionId),
  })
  const decided = held.filter(isStillDue).map((one) => ({ ...one, ...decide(one) }))
  const given = decided.flatMap(({ status, due: what, ...one }) =>
    status === 'applied' && what ? [{ ...one, due: what }] : [],
  )
  const transactionOf = await book(transaction, given, now)
  const finished = decided.map(({ application, subscription, status, due: what, reason }) => ({
    id: application.id,
    application_status: status,
    period_end: what?.period.end ?? null,
    credits: what ? formatDecimal(what.credits) : null,
    subscription_status: subscription.subscription_status,
    failure_reason: reason,
    wallet_transaction_id: transactionOf.get(application.id) ?? null,
  }))
  await finishApplications(transaction, finished, now)
  await insertApplications(transaction, decided.flatMap(nextOf), now)
  return {
    applications: decided.length,
    subscriptionIds: [...new Set(decided.map(({ subscription }) => subscription.id))],
  }
}

/** As `due_grants` says, once it is held: its subscription may have gone on meanwhile. */
function isStillDue({ application: { period_start: at }, subscription }: DueApplication): boolean {
  const { subscription_status: status, next_billing_at: next } = subscription
  if (status === 'draft' || status === 'incomplete') return false
  return !isBilled(status) || next === null || next > at
}

interface Decision {
  readonly status: FinishedApplication['application_status']
  readonly due?: DueGrant | undefined
  readonly reason: string | null
}

function decide({ application, grant, subscription }: DueApplication): Decision {
  const due = grantDueAt(
    grantTermsOf({ ...grant, end_date: application.grant_end_date }),
    grantedSubscriptionOf(subscription),
    application.period_start,
  )
  if (due === undefined) return { status: 'cancelled', reason: null }
  const status = subscription.subscription_status
  if (status === 'paused' || status === 'cancelled') {
    return { status: 'skipped', due, reason: `the subscription is ${status}` }
  }
  if (!isPositive(due.credits)) return { status: 'skipped', due, reason: 'too little of the period is left' }
  return { status: 'applied', due, reason: null }
}

type Given = DueApplication & { readonly due: DueGrant }

/** @returns by application the transaction of its credit */
async function book(
  transaction: Scoped,
  given: readonly Given[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const walletIds = await ensureWallets(
    transaction,
    given.map(({ grant, subscription }) => ({
      customerId: subscription.customer_id,
      currency: subscription.currency,
      conversionRate: grant.conversion_rate,
      topUpConversionRate: grant.topup_conversion_rate,
    })),
    now,
  )
  const credits = given.map((one, index) => {
    const walletId = walletIds[index]
    assert(walletId, 'each has its wallet')
    return creditOf(one, walletId)
  })
  const booked = await bookCredits(transaction, credits, now)
  return new Map(given.map(({ application }, index) => [application.id, booked[index]?.id ?? '']))
}

function creditOf({ application, grant, subscription, due }: Given, walletId: string) {
  return {
    walletId,
    dueAt: due.period.start,
    reason: 'SUBSCRIPTION_CREDIT_GRANT',
    credits: due.credits,
    amount: moneyOfCredits(due.credits, readDecimal(grant.conversion_rate), subscription.currency),
    terms: { priority: grant.priority, effectiveAt: null, expiresAt: due.expiresAt, isPurchased: false },
    reference: { reference_type: 'EXTERNAL', reference_id: application.id },
    key: { origin: 'grant', value: grantKey(application) },
    description: grant.name,
  } as const
}

/** What is given once: of a grant, to a subscription, for a period. */
function grantKey({ credit_grant_id, subscription_id, period_start }: DueApplication['application']): string {
  return `${credit_grant_id}:${subscription_id}:${period_start.toISOString()}`
}

/** Its period's end is the instant at which the next one falls due. */
function nextOf({ grant, subscription, status, due }: DueApplication & Decision) {
  const at = due?.period.end ?? null
  if (at === null || status === 'cancelled' || subscription.subscription_status === 'cancelled') return []
  return [applicationAt(grant, subscription, { at, reason: 'recurring_credit_grant' })]
}
