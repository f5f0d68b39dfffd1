import type { InvoicePreview } from '@flexprice/contracts/workflows'
import { readChargeFacts } from '@flexprice/database/calculations'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { previewLateCredits } from '@flexprice/database/invoices'
import { assert, CodedError, notFound } from '@flexprice/domain'
import { formatDecimal, zero } from '@flexprice/domain/money'
import { calculateCharges, type SubscriptionCharges } from './calculate-charges.ts'
import type { CalculateChargesDependencies, PreviewInput } from './dependencies.ts'
import { draftOf } from './draft-of.ts'

/** Of an answer that goes through Temporal, which takes no more than 2 MB. */
const previewLinesMax = 2_000

export async function previewInvoice(
  { scoped }: CalculateChargesDependencies,
  { subscription_id: id, window }: PreviewInput,
): Promise<InvoicePreview> {
  const handle = scoped()
  const facts = await readChargeFacts(handle, [id])
  if (facts.length === 0) throw notFound('Subscription', id)
  const [outcome] = await calculateCharges(handle, facts, {
    choiceOf: () =>
      window === null
        ? { kind: 'next' }
        : { kind: 'named', window: { start: new Date(window.start), end: new Date(window.end) } },
    seenBy: null,
  })
  assert(outcome, 'each subscription has an outcome')
  if ('error' in outcome) throw outcome.error
  const { invoice, lines } = draftOf(outcome, await readNow(handle))
  if (lines.length > previewLinesMax) {
    const message = `The invoice has ${lines.length} lines, and a preview at most ${previewLinesMax}: calculate the subscription instead`
    throw new CodedError('invalid_operation', message)
  }
  return {
    preview: {
      ...invoice,
      ...(await whatIsDue(handle, outcome)),
      line_items: lines.map(({ explanation: _, ...line }) => line),
    },
  }
}

/** As it would be closed: less what credits of late usage have left for it. Nothing is paid of it. */
async function whatIsDue(
  handle: Scoped,
  { facts, billsLate, late, settlement: { amounts } }: SubscriptionCharges,
) {
  const { total, amountRemaining, overpaid } = amounts
  const subscriptionId = facts.subscription.id
  const lowered = billsLate
    ? await previewLateCredits(handle, {
        subscriptionId,
        coming: late?.credits ?? [],
        due: amountRemaining,
      })
    : zero
  return {
    adjustment_amount: formatDecimal(lowered),
    amount_due: formatDecimal(total.minus(lowered)),
    amount_remaining: formatDecimal(amountRemaining.minus(lowered)),
    overpaid_amount: formatDecimal(overpaid),
  }
}
