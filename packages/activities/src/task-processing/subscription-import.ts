import { fileColumns } from '@flexprice/contracts/imports'
import { type CreateSubscriptionRequest, createSubscriptionRequest } from '@flexprice/contracts/subscriptions'
import { refusalOf } from '@flexprice/contracts/wire'
import { otherKindRefusal, readNow, type Scoped, type WrittenRecord } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { type KnownSubscription, readKnownSubscriptions } from '@flexprice/database/subscriptions'
import { assert, CodedError, invalid, isCodedError } from '@flexprice/domain'
import { type CreationOutcome, createSubscriptions } from '../subscription-creation/create-subscriptions.ts'
import type { SubscriptionOrder } from '../subscription-creation/subscription-order.ts'
import { type EntityImport, type ImportRow, preparedTogether } from './entity-import.ts'
import { planOfSubscription, readPlanIds, splitKey } from './named-records.ts'
import { writeRecords } from './record-rows.ts'

/** As those of a list's: locks are short, and progress is seen. */
const rowsPerPageMax = 250

interface SubscriptionRow {
  readonly row: ImportRow
  /** Or why its door would refuse it. */
  readonly request: CreateSubscriptionRequest | CodedError
  readonly planKey: string | undefined
}

/**
 * Subscriptions by the rules of their POST, with their lines and opening invoices, made as those of a list are. One with a
 * lookup key is made once, by whichever import; of one that is there nothing changes.
 */
export function createSubscriptionImport({ taskId }: { readonly taskId: string }): EntityImport {
  return {
    columns: fileColumns.SUBSCRIPTIONS,
    rowsPerPageMax,
    begin: preparedTogether((rows) => {
      const subscriptions = rows.map(readSubscription)
      return {
        refused: [],
        write: (transaction, meanwhile) => {
          meanwhile()
          return writeRecords(transaction, subscriptions, (some) =>
            makeSubscriptions(transaction, taskId, some),
          )
        },
      }
    }),
  }
}

function readSubscription(row: ImportRow): SubscriptionRow {
  const { value, key: planKey, problem } = splitKey(row.value, planOfSubscription)
  if (problem) return { row, request: invalid([problem]), planKey }
  const { data, error } = createSubscriptionRequest.safeParse(value)
  if (error) return { row, request: refusalOf(error), planKey }
  const { plan_id: plan, customer_id: customer } = data
  const otherKind =
    (planKey === undefined ? otherKindRefusal('plan', plan) : undefined) ??
    (customer === undefined ? undefined : otherKindRefusal('customer', customer))
  return { row, request: otherKind ?? data, planKey }
}

async function makeSubscriptions(
  transaction: Scoped,
  taskId: string,
  rows: readonly SubscriptionRow[],
): Promise<WrittenRecord[]> {
  const now = await readNow(transaction)
  const lookupKeys = rows.flatMap(({ request }) =>
    isCodedError(request) || !request.lookup_key ? [] : [request.lookup_key],
  )
  const known = await readKnownSubscriptions(transaction, [...new Set(lookupKeys)])
  const planIdOf = await readPlanIds(transaction, rows)
  const read = rows.map(({ row, request, planKey }): SubscriptionOrder | WrittenRecord => {
    if (isCodedError(request)) return { refused: request }
    const planId = planIdOf({ key: planKey, id: request.plan_id })
    if (isCodedError(planId)) return { refused: planId }
    const order = orderOf({ ...request, plan_id: planId }, taskId, row)
    const there = known.get(request.lookup_key ?? '')
    return there ? knownOutcome(there, order) : order
  })
  const orders = read.filter((one) => 'request' in one)
  const made = await createSubscriptions(transaction, orders, { now, ofList: true })
  const outcomes = made.values()
  return read.map((one) => ('request' in one ? madeOutcome(outcomes.next().value) : one))
}

/** Rows of one lookup key in one file are one order, however often it stands there. */
function orderOf(request: CreateSubscriptionRequest, taskId: string, { row }: ImportRow): SubscriptionOrder {
  const wire = createSubscriptionRequest.encode(request)
  const own = request.lookup_key ? `lookup_key:${request.lookup_key}` : row
  return { request, wire, idempotencyKey: `${taskId}:${own}`, requestHash: requestHash(wire) }
}

/** It was asked for by the same request, through whichever door, or is another one. */
function knownOutcome(
  there: readonly KnownSubscription[],
  { requestHash: asked }: SubscriptionOrder,
): WrittenRecord {
  const same = there.find((one) => one.request_hash === asked)
  if (same) return { duplicate: same.id }
  const message = `is that of subscription ${there[0]?.id}, which was asked for otherwise: PUT changes the end of one alone`
  return { refused: refusedKey(message) }
}

function madeOutcome(outcome: CreationOutcome | undefined): WrittenRecord {
  assert(outcome, 'each order has an outcome')
  if ('error' in outcome) {
    const { error } = outcome
    return {
      refused: error.code === 'key_reused' ? refusedKey('stands in an earlier row that differs') : error,
    }
  }
  return outcome.replayed ? { duplicate: outcome.subscriptionId } : { created: outcome.subscriptionId }
}

function refusedKey(message: string): CodedError {
  return new CodedError('already_exists', `lookup_key: ${message}`, {
    details: { fields: [{ path: 'lookup_key', message }] },
  })
}
