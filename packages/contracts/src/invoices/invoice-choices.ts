import { z } from 'zod'

/** The choices of the contract that requests and answers about invoices share. */
export const invoiceType = z.enum(['SUBSCRIPTION', 'ONE_OFF', 'CREDIT'])
export const creditNoteStatus = z.enum(['DRAFT', 'FINALIZED', 'VOIDED'])
export const creditNoteType = z.enum(['ADJUSTMENT', 'REFUND'])
export const invoiceStatus = z.enum(['DRAFT', 'FINALIZED', 'VOIDED', 'SKIPPED'])
export const paymentStatus = z.enum([
  'INITIATED',
  'PENDING',
  'PROCESSING',
  'SUCCEEDED',
  'OVERPAID',
  'FAILED',
  'REFUNDED',
  'PARTIALLY_REFUNDED',
  'VOIDED',
])
export const billingReason = z.enum([
  'SUBSCRIPTION_CREATE',
  'SUBSCRIPTION_CYCLE',
  'SUBSCRIPTION_UPDATE',
  'SUBSCRIPTION_TRIAL_END',
  'SUBSCRIPTION_TRIAL_START',
  'PRORATION',
  'MANUAL',
  'AUTO_INVOICE_THRESHOLD',
  'WALLET_AUTO_TOPUP',
  'SUBSCRIPTION_PAUSED',
  'SUBSCRIPTION_RESUME',
])
