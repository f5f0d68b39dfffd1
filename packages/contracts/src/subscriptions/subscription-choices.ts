import { billingCycles } from '@flexprice/domain/time'
import { z } from 'zod'

/** The choices of the contract that requests and answers about subscriptions share. */
export const subscriptionStatus = z.enum(['active', 'paused', 'cancelled', 'incomplete', 'trialing', 'draft'])
export const billingCycle = z.enum(billingCycles)
export const paymentBehavior = z.enum([
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'default_active',
])
export const prorationBehavior = z.enum(['create_prorations', 'none'])
export const collectionMethod = z.enum(['charge_automatically', 'send_invoice'])
export const paymentTerms = z.enum([
  '15 NET',
  '30 NET',
  '45 NET',
  '60 NET',
  '75 NET',
  '90 NET',
  'END_OF_MONTH',
  'END_OF_NEXT_MONTH',
])
