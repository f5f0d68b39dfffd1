import { z } from 'zod'

const customerInvoiceSummary = z
  .object({
    customer_id: z.string(),
    currency: z.string(),
    total_invoice_count: z.int(),
    unpaid_invoice_count: z.int(),
    overdue_invoice_count: z.int(),
    total_revenue_amount: z.string(),
    total_unpaid_amount: z.string(),
    total_overdue_amount: z.string(),
    unpaid_fixed_charges: z.string(),
    unpaid_usage_charges: z.string(),
  })
  .meta({ id: 'CustomerInvoiceSummary' })

/** One summary a currency, that of the newest invoice first; the default is the customer's own or that one. */
export const customerInvoiceSummaries = z
  .object({
    customer_id: z.string(),
    default_currency: z.string().optional(),
    summaries: z.array(customerInvoiceSummary),
  })
  .meta({ id: 'CustomerMultiCurrencyInvoiceSummary' })
