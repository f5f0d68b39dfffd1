import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import { keepChangeResult, markLines, moveGrants, writeChanges } from '@flexprice/database/changes'
import { newId, type Scoped } from '@flexprice/database/connection'
import { creditLines } from '@flexprice/database/credits'
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

interface WrittenChange {
  readonly facts: ChargeFacts
  readonly prepared: PreparedChange
  readonly input: SubscriptionChangeInput
  readonly now: Date
}

/**
 * Writes what was prepared, in the transaction that holds the subscription: its lines, itself, the change's own row; then
 * what is credited and goes back; last, as numbers are taken, the change's invoice.
 */
export async function writeChange(
  transaction: Scoped,
  { facts, prepared, input, now }: WrittenChange,
): Promise<SubscriptionChangeResult> {
  const { subscription } = facts
  const { planned } = prepared
  const changeId = newId('subscriptionChange')
  const charged = sumDecimals(planned.charges.map(({ amount }) => amount))
  const credits = netCredits(planned.credits, charged)
  const invoice = changeInvoice(facts, prepared, { changeId, credits, now })
  const after = { ...changing(subscription), ...prepared.subscription }
  const result = changeResult(facts, prepared, {
    kind: input.request.kind,
    changeId,
    after,
    credits,
    invoice,
  })
  const change = changeRow(facts, prepared, { changeId, input, result })
  const { written } = prepared
  await writeChanges(
    transaction,
    [
      {
        change,
        version: (written ?? facts).subscription.version,
        subscription: after,
        closed: written ? [] : planned.closed.map(({ line, at }) => ({ id: line.id, at })),
        opened: written ? [] : planned.opened.map((line) => comingRow(subscription.id, line)),
        formerGrid: prepared.formerGrid ?? null,
      },
    ],
    now,
  )
  if (written) await markLines(transaction, changeId, linesAtOnce(planned))
  await moveGrants(transaction, [grantMove(facts, prepared)], now)
  await creditLines(
    transaction,
    credits.map((credit) => lineCredit(facts, credit, changeId)),
    {
      now,
      closingIds: credits.flatMap(({ credit: { billed } }) => (billed.isDraft ? [billed.invoiceId] : [])),
      customerIds: invoice ? [subscription.customer_id] : [],
    },
  )
  const told = await prepared.finish?.()
  await closeInvoice(transaction, invoice, now)
  if (!told) return result
  const { invoice_ids: more = [] } = told
  const all = { ...result, ...told, invoice_ids: [...more, ...result.invoice_ids] }
  await keepChangeResult(transaction, changeId, all)
  return all
}

/** What ends or begins with the change itself: what carries a chain on later does so by its price. */
function linesAtOnce({ at, closed, opened }: PreparedChange['planned']) {
  return {
    closed: closed.flatMap((one) => (one.at <= at ? [one.line.id] : [])),
    opened: opened.flatMap(({ id, start }) => (start <= at ? [id] : [])),
  }
}

/** Not written before it is closed; one of nothing is skipped. */
async function closeInvoice(transaction: Scoped, unwritten: NewInvoice | null, now: Date): Promise<void> {
  if (!unwritten) return
  const { invoice } = unwritten
  await finalizeInvoices(
    transaction,
    [{ ...invoice, dueDate: invoice.due_date, seenBy: null, unwritten }],
    now,
  )
}
