import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import { type SubscriptionChange, writeChanges } from '@flexprice/database/changes'
import { newId, type Reading, type Scoped } from '@flexprice/database/connection'
import { lineCredits, type NewLineCredit, settleCredits } from '@flexprice/database/credits'
import { finalizeInvoices, type NewInvoice } from '@flexprice/database/invoices'
import { netCredits } from '@flexprice/domain/change'
import { sumDecimals } from '@flexprice/domain/money'
import { changeInvoice } from './change-invoice.ts'
import { changeResult } from './change-result.ts'
import { changeRow, changing } from './change-row.ts'
import { comingRow } from './coming-row.ts'
import { grantMove } from './grant-move.ts'
import { lineCredit } from './line-credit.ts'
import type { PreparedChange } from './prepared-change.ts'

export interface ChangeToMake {
  readonly facts: ChargeFacts
  readonly prepared: PreparedChange
  readonly input: Pick<SubscriptionChangeInput, 'idempotency_key' | 'request_hash' | 'request'>
  readonly now: Date
}

/** All that is written of a change. */
export interface MadeChange {
  readonly id: string
  readonly customerId: string
  readonly result: SubscriptionChangeResult
  readonly row: SubscriptionChange
  readonly credits: readonly NewLineCredit[]
  /** The drafts that billed what is credited: they are lowered as they are. */
  readonly draftIds: readonly string[]
  readonly invoice: NewInvoice | null
}

/** What was prepared, as it is written; nothing is yet. */
export function makeChange({ facts, prepared, input, now }: ChangeToMake): MadeChange {
  const { subscription } = facts
  const { planned, written } = prepared
  const id = newId('subscriptionChange')
  const charged = sumDecimals(planned.charges.map(({ amount }) => amount))
  const credits = netCredits(planned.credits, charged)
  const invoice = changeInvoice(facts, prepared, { changeId: id, credits, now })
  const after = { ...changing(subscription), ...prepared.subscription }
  const { kind } = input.request
  const result = changeResult(facts, prepared, { kind, changeId: id, after, credits, invoice })
  return {
    id,
    customerId: subscription.customer_id,
    result,
    row: {
      change: changeRow(facts, prepared, { changeId: id, input, result }),
      version: (written ?? facts).subscription.version,
      subscription: after,
      closed: written ? [] : planned.closed.map(({ line, at }) => ({ id: line.id, at })),
      opened: written ? [] : planned.opened.map((line) => comingRow(subscription.id, line)),
      ...grantMove(facts, prepared),
      formerGrid: prepared.formerGrid ?? null,
      neverBegan: prepared.neverBegan ?? [],
    },
    credits: credits.map((credit) => lineCredit(facts, credit, id)),
    draftIds: credits.flatMap(({ credit: { billed } }) => (billed.isDraft ? [billed.invoiceId] : [])),
    invoice,
  }
}

/**
 * Writes changes in the transaction that holds their subscriptions, but for their invoices: their lines, themselves, their
 * own rows; then what is credited and goes back. A fixed number of statements, however many they are.
 *
 * @param beside what is sent behind their rows, in that round trip
 */
export async function writeMadeChanges(
  transaction: Scoped,
  made: readonly MadeChange[],
  now: Date,
  ...beside: readonly Reading<void>[]
): Promise<void> {
  const { kept, owed } = lineCredits(
    transaction,
    made.flatMap(({ credits }) => credits),
    now,
  )
  await writeChanges(
    transaction,
    made.map(({ row }) => row),
    now,
    ...kept,
    ...beside,
  )
  await settleCredits(transaction, owed, {
    now,
    closingIds: made.flatMap(({ draftIds }) => draftIds),
    customerIds: [...new Set(made.flatMap(({ invoice, customerId }) => (invoice ? [customerId] : [])))],
  })
}

/** Last, as numbers are taken. Not written before they are closed; one of nothing is skipped. */
export async function closeChangeInvoices(
  transaction: Scoped,
  made: readonly MadeChange[],
  now: Date,
): Promise<void> {
  const closing = made.flatMap(({ invoice: unwritten }) => {
    if (!unwritten) return []
    const { invoice } = unwritten
    return [{ ...invoice, dueDate: invoice.due_date, seenBy: null, unwritten }]
  })
  await finalizeInvoices(transaction, closing, now)
}
