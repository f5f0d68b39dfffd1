import { assert, CodedError, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { invoiceThatCounts } from './event-attribution.ts'
import { holdBilling } from './hold-billing.ts'

/**
 * Takes an event back: it counts no more, and its id stays used, so that a retry does not bring it again. Voiding it
 * twice is voiding it once. Needs the caller's transaction.
 *
 * Whoever bills its customer meanwhile waits, or has billed (`holdBilling`).
 *
 * @throws not_found; in_use that names the finalized invoice which has counted the event
 */
export async function voidEvent(scoped: Scoped, eventId: string, now: Date): Promise<void> {
  const { db } = scoped
  assert(db.isTransaction, 'an event is voided in a transaction')
  const before = await readKnown(scoped, eventId, { lock: false })
  if (before.voided_at !== null) return
  await holdBilling(scoped, [before.external_customer_id], now)
  const known = await readKnown(scoped, eventId, { lock: true })
  if (known.voided_at !== null) return
  const { rows: events } = await sql<CountedEvent>`
    select e.event_id, counted.invoice_id from events e
    left join lateral (${invoiceThatCounts()}) counted on true
    where e.event_id = ${eventId} and e.external_customer_id = ${known.external_customer_id}
      and e.event_name = ${known.event_name} and e.timestamp = ${known.timestamp}`.execute(db)
  const [event] = events
  // Its month was dropped.
  if (!event) throw notFound('Event', eventId)
  if (event.invoice_id !== null) {
    throw new CodedError('in_use', `Event ${eventId} is on the finalized invoice ${event.invoice_id}`, {
      details: { used_by: 'invoice', invoice_id: event.invoice_id },
    })
  }
  await sql`delete from events where event_id = ${eventId} and external_customer_id = ${known.external_customer_id}
    and event_name = ${known.event_name} and timestamp = ${known.timestamp}`.execute(db)
  await db.updateTable('event_ids').set({ voided_at: now }).where('event_key', '=', known.event_key).execute()
}

interface KnownId {
  readonly event_key: string
  readonly external_customer_id: string
  readonly event_name: string
  readonly timestamp: Date
  readonly voided_at: Date | null
}

interface CountedEvent {
  readonly event_id: string
  readonly invoice_id: string | null
}

/** @throws not_found */
async function readKnown(
  { db, scope }: Scoped,
  eventId: string,
  { lock }: { readonly lock: boolean },
): Promise<KnownId> {
  const { rows } = await sql<KnownId>`
    select event_key, external_customer_id, event_name, timestamp, voided_at from event_ids
    where event_key = event_key(${scope.environmentId}, ${eventId}) ${lock ? sql`for update` : sql``}`.execute(
    db,
  )
  const [known] = rows
  if (!known) throw notFound('Event', eventId)
  return known
}
