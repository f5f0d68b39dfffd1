import { z } from 'zod'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { instant } from '../wire/instant.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { identifier } from '../wire/text.ts'
import { toldWarnings } from './subscription-change.ts'
import { changedMoney, changedResources } from './subscription-change-v2.ts'

const linesMax = 50

const modifyType = z.enum([
  'inheritance',
  'quantity_change',
  'grouped_invoicing',
  'trial_end',
  'coupon',
  'tax',
  'addon',
  'line_item_change',
])

const quantity = decimalString.refine((value) => !value.startsWith('-'), 'must not be negative')

const quantityChange = z.strictObject({
  id: identifier,
  quantity: quantity.optional(),
  // A change is made at once.
  effective_date: notBuilt(instant),
})

const lineItemChange = z.strictObject({
  id: identifier,
  quantity: quantity.optional(),
  amount: decimalString.optional(),
  effective_date: notBuilt(instant),
  coupons: notBuilt(z.array(laterObject('SubscriptionCouponInput'))),
})

const trialEndChange = z
  .strictObject({
    action: z.enum(['immediate', 'scheduled_date']),
    /** Of a scheduled_date. */
    new_trial_end: instant.optional(),
  })
  .check((context) => {
    const { action, new_trial_end: at } = context.value
    if ((action === 'scheduled_date') === (at !== undefined)) return
    const message = at ? 'comes with scheduled_date alone' : 'must be given with scheduled_date'
    context.issues.push({ code: 'custom', input: context.value, path: ['new_trial_end'], message })
  })

export const subscriptionModifyRequest = z
  .strictObject({
    type: notBuiltValues(modifyType, ['inheritance', 'grouped_invoicing', 'coupon', 'tax', 'addon']),
    quantity_change_params: z
      .strictObject({ line_items: z.array(quantityChange).min(1).max(linesMax) })
      .optional(),
    line_item_change_params: z
      .strictObject({ line_items: z.array(lineItemChange).min(1).max(linesMax) })
      .optional(),
    addon_bulk_params: notBuilt(laterObject('SubModifyBulkAddonParams')),
    addon_params: notBuilt(laterObject('SubModifyAddonParams')),
    checkout: notBuilt(laterObject('CheckoutParams')),
    coupon_params: notBuilt(laterObject('SubModifyCouponParams')),
    grouped_invoicing_params: notBuilt(laterObject('SubModifyGroupedInvoicingParams')),
    inheritance_params: notBuilt(laterObject('SubModifyInheritanceRequest')),
    tax_params: notBuilt(laterObject('SubModifyTaxParams')),
    trial_end_params: trialEndChange.optional(),
  })
  .check((context) => {
    const { type, quantity_change_params, line_item_change_params, trial_end_params } = context.value
    const given = {
      quantity_change: quantity_change_params,
      line_item_change: line_item_change_params,
      trial_end: trial_end_params,
    }
    for (const [index, line] of (quantity_change_params?.line_items ?? []).entries()) {
      if (line.quantity !== undefined) continue
      const path = ['quantity_change_params', 'line_items', index, 'quantity']
      context.issues.push({ code: 'custom', input: context.value, path, message: 'must be given' })
    }
    for (const [name, params] of Object.entries(given)) {
      if ((type === name) === (params !== undefined)) continue
      const message = type === name ? `must be given for ${type}` : `is not of ${type}`
      context.issues.push({ code: 'custom', input: context.value, path: [`${name}_params`], message })
    }
  })
export type SubscriptionModifyRequest = z.output<typeof subscriptionModifyRequest>

export const subscriptionModifyResponse = z
  .object({
    /** As it is by then; of a preview as it still is. */
    subscription: subscriptionResponse,
    changed_resources: changedResources,
    ...changedMoney,
    ...toldWarnings,
    checkout_session: laterObject('CheckoutSessionResponse').optional(),
  })
  .meta({ id: 'SubscriptionModifyResponse' })
