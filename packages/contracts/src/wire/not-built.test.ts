// tidy: long because it is a table: one entry a request.
import { expect, test } from 'vitest'
import { createFeatureRequest, featureFilter, updateFeatureRequest } from '../catalog/feature.ts'
import { groupFilter } from '../catalog/group.ts'
import { meterAggregation } from '../catalog/meter.ts'
import { createPriceRequest, priceFilter, updatePriceRequest } from '../catalog/price.ts'
import { entityPolicies } from '../changes/subscription-change-v2.ts'
import { subscriptionModifyRequest } from '../changes/subscription-modify.ts'
import { createCreditNoteRequest } from '../credit-notes/credit-note.ts'
import { refundsQuery } from '../credit-notes/refund.ts'
import { createCustomerRequest, customerFilter, updateCustomerRequest } from '../customers/customer.ts'
import {
  createEntitlementRequest,
  entitlementFilter,
  updateEntitlementRequest,
} from '../entitlements/entitlement.ts'
import { overrideEntitlement } from '../entitlements/entitlement-override.ts'
import { creditGrantFields } from '../grants/credit-grant.ts'
import { getInvoiceQuery, invoiceFilter } from '../invoices/invoice.ts'
import {
  createInvoiceLineItem,
  createInvoiceRequest,
  updateInvoiceRequest,
} from '../invoices/invoice-create.ts'
import {
  createPaymentRequest,
  paymentsQuery,
  updateInvoicePaymentStatusRequest,
  updatePaymentRequest,
} from '../payments/payment.ts'
import {
  createSubscriptionLineItemRequest,
  deleteSubscriptionLineItemRequest,
  updateSubscriptionLineItemRequest,
} from '../subscriptions/line-item-change.ts'
import { overrideLineItem } from '../subscriptions/price-override.ts'
import { subscriptionFilter } from '../subscriptions/subscription.ts'
import { createSubscriptionRequest } from '../subscriptions/subscription-create.ts'
import { subscriptionLineItemFilter } from '../subscriptions/subscription-line-item.ts'
import { subscriptionPrice } from '../subscriptions/subscription-price.ts'
import { updateSubscriptionRequest } from '../subscriptions/subscription-update.ts'
import { createApiKeyRequest } from '../tenancy/api-key.ts'
import { alertSettings, createWalletRequest, updateWalletRequest, walletFilter } from '../wallets/wallet.ts'
import { topUpWalletRequest } from '../wallets/wallet-top-up.ts'
import { notBuiltFields, notImplementedIssue } from './not-built.ts'
import { workflowExecutionFilter } from './workflow-execution.ts'

const grants = [
  'grant_allocation_behavior',
  'grant_duration_unit',
  'grant_duration_value',
  'grant_measure',
  'grant_quota',
  'grant_unlimited',
]
const commitment = [
  'commitment_amount',
  'commitment_duration',
  'commitment_overage_factor',
  'commitment_quantity',
  'commitment_time_buckets',
  'commitment_true_up_enabled',
  'commitment_type',
  'commitment_windowed',
]

// The list of what of the published requests we do not do yet. A feature that is built leaves it.
test.each([
  [
    'createCustomer',
    createCustomerRequest,
    ['integration_entity_mapping', 'onboarding_workflow_name', 'tax_rate_overrides'],
  ],
  ['updateCustomer', updateCustomerRequest, ['integration_entity_mapping']],
  ['queryCustomer', customerFilter, []],
  [
    'createPrice',
    createPriceRequest,
    [
      'entity_type=ADDON',
      'entity_type=COSTSHEET',
      'entity_type=PRICE',
      'entity_type=SUBSCRIPTION',
      'price_unit_config',
      'price_unit_type=CUSTOM',
    ],
  ],
  ['createApiKey', createApiKeyRequest, ['service_account_id', 'type=integration', 'type=publishable_key']],
  [
    'createEntitlement',
    createEntitlementRequest,
    ['aggregation_mode=parallel', 'entity_type=ADDON', ...grants],
  ],
  ['updateEntitlement', updateEntitlementRequest, ['aggregation_mode=parallel', ...grants]],
  ['queryEntitlement', entitlementFilter, ['has_grant_config']],
  ['createFeature', createFeatureRequest, ['alert_settings']],
  ["createFeature's meter", meterAggregation, ['expression']],
  ['updateFeature', updateFeatureRequest, ['alert_settings']],
  ['queryFeature', featureFilter, []],
  ['queryGroup', groupFilter, []],
  ['updatePrice', updatePriceRequest, ['price_unit_amount', 'price_unit_tiers']],
  ['queryPrice', priceFilter, []],
  [
    'createSubscription',
    createSubscriptionRequest,
    [
      'addons',
      'auto_invoice_threshold',
      'checkout',
      'commitment_amount',
      'commitment_duration',
      'coupons',
      'enable_true_up',
      'fx_rates',
      'gateway_payment_method_id',
      'inheritance',
      'line_item_commitments',
      'line_item_coupons',
      'line_item_grouping',
      'line_items',
      'overage_factor',
      'phases',
      'subscription_coupons',
      'tax_rate_overrides',
    ],
  ],
  ['override_entitlements', overrideEntitlement, ['aggregation_mode=parallel', ...grants]],
  ['override_line_items', overrideLineItem, ['price_unit_amount', 'price_unit_tiers']],
  [
    'querySubscription',
    subscriptionFilter,
    [
      'effective_date_for_update',
      'invoicing_customer_ids',
      'parent_subscription_ids',
      'with_coupon_associations',
    ],
  ],
  ['querySubscriptionLineItems', subscriptionLineItemFilter, ['addon_association_ids']],
  ['createSubscriptionLineItem', createSubscriptionLineItemRequest, [...commitment, 'subscription_phase_id']],
  [
    'createSubscriptionLineItem.price',
    subscriptionPrice,
    [
      'bucket_size',
      'filter_values',
      'meter_id',
      'price_unit_config',
      'price_unit_type=CUSTOM',
      'trial_period_days',
      'type=USAGE',
    ],
  ],
  [
    'updateSubscriptionLineItem',
    updateSubscriptionLineItemRequest,
    ['bucket_size', ...commitment, 'price_unit_amount', 'price_unit_tiers'],
  ],
  ['updateSubscription', updateSubscriptionRequest, ['parent_subscription_id', 'status']],
  ['deleteSubscriptionLineItem', deleteSubscriptionLineItemRequest, []],
  ['getInvoice', getInvoiceQuery, ['expand_by_source', 'group_by']],
  ['queryInvoice', invoiceFilter, []],
  ['createWallet', createWalletRequest, ['price_unit']],
  ['updateWallet', updateWalletRequest, []],
  [
    "a wallet's alert_settings",
    alertSettings,
    ['alert_enabled', 'alert_threshold_type', 'critical', 'info', 'warning'],
  ],
  ['queryWallet', walletFilter, ['alert_enabled']],
  ['topUpWallet', topUpWalletRequest, ['checkout', 'coupons', 'force_sync_invoice']],
  [
    'createInvoice',
    createInvoiceRequest,
    [
      'amount_paid',
      'billing_period',
      ...[
        'AUTO_INVOICE_THRESHOLD',
        'PRORATION',
        'SUBSCRIPTION_CREATE',
        'SUBSCRIPTION_CYCLE',
        'SUBSCRIPTION_PAUSED',
        'SUBSCRIPTION_RESUME',
        'SUBSCRIPTION_TRIAL_END',
        'SUBSCRIPTION_TRIAL_START',
        'SUBSCRIPTION_UPDATE',
        'WALLET_AUTO_TOPUP',
      ].map((reason) => `billing_reason=${reason}`),
      'checkout',
      'coupons',
      'force_sync_invoice',
      'invoice_coupons',
      'invoice_number',
      'invoice_pdf_url',
      'invoice_status=SKIPPED',
      'invoice_status=VOIDED',
      'invoice_type=CREDIT',
      'invoice_type=SUBSCRIPTION',
      'line_item_coupons',
      ...[
        'FAILED',
        'INITIATED',
        'OVERPAID',
        'PARTIALLY_REFUNDED',
        'PROCESSING',
        'REFUNDED',
        'SUCCEEDED',
        'VOIDED',
      ].map((status) => `payment_status=${status}`),
      'tax_rate_overrides',
      'tax_rates',
      'total_prepaid_applied',
    ],
  ],
  [
    'createInvoice.line_items',
    createInvoiceLineItem,
    [
      'adjusted_entitlement_quantity',
      'commitment_info',
      'entity_id',
      'entity_type',
      'invoice_level_discount',
      'line_item_discount',
      'meter_display_name',
      'meter_id',
      'plan_display_name',
      'plan_id',
      'prepaid_credits_applied',
      'price_id',
      'price_type',
      'price_unit',
      'price_unit_amount',
      'subscription_id',
      'subscription_line_item_id',
    ],
  ],
  ['updateInvoice', updateInvoiceRequest, ['apply_discount', 'invoice_pdf_url']],
  [
    'createPayment',
    createPaymentRequest,
    [
      'cancel_url',
      'destination_type=CUSTOMER',
      'gateway_options',
      'payment_gateway',
      'payment_method_id',
      'payment_method_type=ACH',
      'payment_method_type=CARD',
      'payment_method_type=PAYMENT_LINK',
      'payment_method_type=UPI',
      'save_card_and_make_default',
      'success_url',
    ],
  ],
  [
    'updatePayment',
    updatePaymentRequest,
    [
      'failed_at',
      'gateway_payment_id',
      'gateway_tracking_id',
      'payment_gateway',
      'payment_method_id',
      'refunded_at',
      'succeeded_at',
      'voided_at',
    ],
  ],
  ['listPayments', paymentsQuery, ['gateway_payment_id', 'gateway_tracking_id', 'payment_gateway']],
  [
    'updateInvoicePaymentStatus',
    updateInvoicePaymentStatusRequest,
    ['FAILED', 'INITIATED', 'PARTIALLY_REFUNDED', 'PROCESSING', 'REFUNDED', 'VOIDED'].map(
      (status) => `payment_status=${status}`,
    ),
  ],
  [
    'executeSubscriptionModify',
    subscriptionModifyRequest,
    [
      'addon_bulk_params',
      'addon_params',
      'checkout',
      'coupon_params',
      'grouped_invoicing_params',
      'inheritance_params',
      'tax_params',
      'type=addon',
      'type=coupon',
      'type=grouped_invoicing',
      'type=inheritance',
      'type=tax',
    ],
  ],
  ['executeSubscriptionPlanChangeV2: entity_policies', entityPolicies, ['addons']],
  ['createCreditNote', createCreditNoteRequest, ['credit_note_number']],
  ['listRefunds', refundsQuery, ['gateway']],
  ['createCreditGrant', creditGrantFields, ['addon_id', 'scope=ADDON']],
  ['queryWorkflow', workflowExecutionFilter, ['cursor', 'filters', 'order', 'sort', 'status']],
])('%s: what is parsed and not built', (_operation, schema, fields) => {
  expect(notBuiltFields(schema).toSorted()).toEqual(fields)
})

test('a field that is not built is ignored when empty or at its default, else refused by its name', () => {
  const search = { status: 'published', order: 'desc', filters: [], sort: [] }
  expect(workflowExecutionFilter.safeParse(search).success).toBe(true)
  const issues = workflowExecutionFilter.safeParse({ status: 'archived', sort: [{ field: 'a' }] }).error
    ?.issues
  expect(issues?.map(({ path }) => path.join('.')).toSorted()).toEqual(['sort', 'status'])
  expect(issues).toContainEqual(expect.objectContaining({ params: { code: notImplementedIssue } }))
})

test('an instant for a field that is not built is refused, and not taken for an empty object', () => {
  const issues = updatePaymentRequest.safeParse({ succeeded_at: '2020-01-01T00:00:00Z' }).error?.issues
  expect(issues).toMatchObject([{ path: ['succeeded_at'], params: { code: notImplementedIssue } }])
})
