import { expect } from 'vitest'
import { z } from 'zod'

/** What an SDK's walk from a customer to an invoice has seen; the same for each SDK. */
export const walked = z.object({
  subscription_status: z.string(),
  line_prices: z.array(z.string()),
  expected_prices: z.array(z.string()),
  entitlements: z.record(z.string(), z.boolean()),
  sync_message: z.string(),
  invoices: z.int(),
  invoice_status: z.string(),
  invoice_total: z.string(),
  invoice_lines: z.array(z.string()),
  unpaid: z.array(z.string()),
  ingested: z.string(),
  ingested_in_bulk: z.array(z.string()),
  raw_events: z.array(z.string()),
  found_event: z.array(z.string()),
  /** By event name, by meter, by the subscription's line. */
  usage: z.array(z.number()),
  found_customer: z.boolean(),
  /** Kept and shown, though a static feature counts nothing. */
  static_limit: z.tuple([z.int(), z.string()]),
  /** What one subscription shows of its plan and its customer. */
  shown_with_subscription: z.tuple([z.string(), z.string()]),
  tenant_address: z.record(z.string(), z.unknown()),
  /** Workflows by state, in any spelling. */
  workflows: z.object({ completed: z.array(z.string()), cancelled: z.int() }),
  /** Of what is not valid and of what is not built: status, code and the names of bad fields. */
  refusals: z.array(z.tuple([z.int(), z.string(), z.array(z.string())])),
  /** From a wallet to a credit note. */
  money: z.looseObject({}),
  /** An import of a file. */
  tasks: z.looseObject({}),
  /**
   * Only the newest SDK knows these: a customer's lines with their meters, what a voided invoice became, a one-off, one
   * that is credited.
   */
  line_meters: z.array(z.string()).optional(),
  replaced_invoice: z.array(z.string()).optional(),
  one_off: z.looseObject({}).optional(),
  credited: z.looseObject({}).optional(),
})

/** A fee of 19.99 in advance; its edit to 24.99 comes after the opening invoice, and moves no money already billed. */
export const expectedWalk = {
  subscription_status: 'active',
  entitlements: { Seats: true, 'API calls': true },
  sync_message: 'The workflow has completed',
  tasks: {
    status: 'COMPLETED',
    records: [3, 2, 1],
    listed: ['features.csv'],
    rejected: { 4: 'type is required' },
    cancelled: expect.stringMatching(/^Cancelled /),
  },
  invoices: 1,
  invoice_status: 'FINALIZED',
  invoice_total: '19.99',
  invoice_lines: ['19.99'],
  unpaid: ['19.99'],
  ingested: 'call-1',
  ingested_in_bulk: ['2', '1'],
  raw_events: ['call-1', 'call-2', 'call-3'],
  found_event: ['call-1', 'eu'],
  usage: [3, 3, 3],
  found_customer: true,
  static_limit: [7, 'MONTHLY'],
  shown_with_subscription: ['Pro', 'Ada'],
  tenant_address: {},
  workflows: { completed: ['Completed'], cancelled: 0 },
  money: {
    topped_up: '12',
    paid_by_credits: ['12', '18', 'PENDING'],
    rest: ['18', 'SUCCEEDED', 'SUCCEEDED'],
    note: ['FINALIZED', 'REFUND', '20'],
    wallet: '20',
    ledger: ['CREDIT_ADJUSTMENT 12', 'CREDIT_NOTE 8', 'INVOICE_PAYMENT 12', 'PURCHASED_CREDIT_DIRECT 12'],
  },
  refusals: [
    [400, 'validation_error', ['email']],
    [400, 'not_implemented', []],
  ],
}
