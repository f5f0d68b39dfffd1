import type { SubscriptionChangePreviewResponse } from '@flexprice/contracts/changes'
import type { InvoiceResponse } from '@flexprice/contracts/invoices'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { billingPeriods } from '@flexprice/domain/time'
import { z } from 'zod'
import { isOfChange, previewedInvoices } from './changed-invoices.ts'
import { prorationDetails } from './proration-details.ts'

export function changePreviewResponse(result: SubscriptionChangeResult): SubscriptionChangePreviewResponse {
  const { after, coming_period: comes = after } = result
  const invoice = previewedInvoices(result).find(isOfChange)
  return {
    subscription_id: after.id,
    change_type: result.change_type,
    current_plan: result.from_plan,
    target_plan: result.to_plan,
    effective_date: new Date(result.effective_at),
    new_billing_cycle: {
      billing_anchor: new Date(comes.billing_anchor),
      billing_cadence: 'RECURRING',
      billing_period: period.parse(after.billing_period),
      billing_period_count: after.billing_period_count,
      period_start: new Date(comes.current_period_start),
      period_end: new Date(comes.current_period_end),
    },
    proration_details: prorationDetails(result),
    next_invoice_preview: invoice && invoicePreview(invoice),
    warnings: result.warnings,
  }
}

const period = z.enum(billingPeriods)

function invoicePreview(
  invoice: InvoiceResponse,
): NonNullable<SubscriptionChangePreviewResponse['next_invoice_preview']> {
  return {
    currency: invoice.currency,
    subtotal: invoice.subtotal,
    tax_amount: invoice.total_tax,
    total: invoice.total,
    due_date: invoice.due_date,
    line_items: (invoice.line_items ?? []).map((line) => ({
      amount: line.amount,
      description: line.display_name,
      is_proration: true,
      quantity: line.quantity,
      period_start: line.period_start,
      period_end: line.period_end,
    })),
  }
}
