import type { NewCalculationItem } from '@flexprice/database/calculations'
import { JsonText } from '@flexprice/database/connection'
import type { CalculatedLine } from '@flexprice/database/tables'
import { formatDecimal } from '@flexprice/domain/money'
import { instantText } from '@flexprice/domain/time'
import type { InvoicedCharge } from '../invoicing/draft-invoice.ts'
import type { ChargeOutcome } from './calculate-charges.ts'

/**
 * What a calculation keeps of a subscription: its charges, or why there are none.
 *
 * @param linesOf made once for a page
 */
export function calculatedItem(
  outcome: ChargeOutcome,
  { invoiceId, linesOf }: { readonly invoiceId: string | null; readonly linesOf: LinesOf },
): NewCalculationItem {
  const { subscription } = outcome.facts
  const of = {
    subscription_id: subscription.id,
    customer_id: subscription.customer_id,
    external_customer_id: subscription.external_customer_id,
    plan_id: subscription.plan_id,
    currency: subscription.currency,
    invoice_id: invoiceId,
    is_invoiced: false,
  }
  if ('error' in outcome) {
    const { code, message } = outcome.error
    const none = { period_start: null, period_end: null, subtotal: null, total: null, lines: noLines }
    return { ...of, ...none, error: { code, message } }
  }
  const { amounts } = outcome.settlement
  return {
    ...of,
    ...(outcome.invoicedBy !== null && { invoice_id: outcome.invoicedBy, is_invoiced: true }),
    period_start: outcome.period.start,
    period_end: outcome.period.end,
    subtotal: formatDecimal(amounts.subtotal),
    total: formatDecimal(amounts.total),
    error: null,
    lines: linesOf([...outcome.written, ...outcome.charges], subscription.plan_name),
  }
}

const noLines = new JsonText('[]')

export type LinesOf = (charges: readonly InvoicedCharge[], planName: string) => JsonText

/**
 * Lines as they are stored. What subscriptions that are alike are charged for FIXED prices differs in its line's id alone,
 * so that its text is made once: most of a calculation's bytes.
 */
export function createLinesOf(): LinesOf {
  const known = new Map<InvoicedCharge['explanation'], ChargeText>()
  const textOf = (charge: InvoicedCharge, planName: string): string => {
    const { explanation } = charge
    // Of usage each has its own.
    if ('buckets' in explanation) return chargeText(charge, planName)
    const like = known.get(explanation)
    if (like && like.planName === planName && areAlike(like.of, charge)) return like.text
    const text = chargeText(charge, planName)
    known.set(explanation, { of: charge, planName, text })
    return text
  }
  return (charges, planName) => {
    let text = ''
    for (const charge of charges) {
      const id: keyof CalculatedLine = 'subscription_line_item_id'
      text += `${text === '' ? '' : ','}{"${id}":${JSON.stringify(charge.line.id)},${textOf(charge, planName)}`
    }
    return new JsonText(`[${text}]`)
  }
}

interface ChargeText {
  readonly of: InvoicedCharge
  readonly planName: string
  readonly text: string
}

/** Whether an equal explanation is of the same charge: one is made for a planned line and a quantity. */
function areAlike(one: InvoicedCharge, other: InvoicedCharge): boolean {
  return one.line.price === other.line.price && one.span === other.span && one.amount === other.amount
}

/** All of a line but its id, without the brace that opens it. */
function chargeText(
  { line, span, quantity, amount, explanation, warnings }: InvoicedCharge,
  planName: string,
): string {
  const shown: Omit<CalculatedLine, 'subscription_line_item_id'> = {
    price_id: line.price.id,
    price_type: line.price.type,
    display_name: line.price.display_name || planName,
    quantity: formatDecimal(quantity),
    amount: formatDecimal(amount),
    period_start: instantText(span.start),
    period_end: instantText(span.end),
    explanation,
    warnings,
  }
  return JSON.stringify(shown).slice(1)
}
