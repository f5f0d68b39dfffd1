// tidy: long because it is a table: one entry a search.
import { type FeatureSearch, featureFields, searchFeatures } from '../catalog/feature-search.ts'
import { type GroupSearch, groupFields, searchGroups } from '../catalog/groups.ts'
import { type PlanSearch, planFields, searchPlans } from '../catalog/plans.ts'
import { type PriceSearch, priceFields, searchPrices } from '../catalog/prices.ts'
import type { Scoped } from '../connection/connection.ts'
import { type RefundSearch, refundFields, searchRefunds } from '../credit-notes/refunds.ts'
import { type CustomerSearch, customerFields, searchCustomers } from '../customers/customers.ts'
import { type ImportTaskSearch, importTaskFields, searchImportTasks } from '../imports/import-tasks.ts'
import { type InvoiceSearch, invoiceFields, searchInvoices } from '../invoices/invoices.ts'
import { type LineItemSearch, lineItemFields, searchLineItems } from '../line-items/line-item-search.ts'
import { type PaymentSearch, paymentFields, searchPayments } from '../payments/payments.ts'
import { type ScheduleSearch, scheduleFields, searchSchedules } from '../schedules/schedules.ts'
import type { Search } from '../search/search.ts'
import type { SearchFields } from '../search/search-fields.ts'
import {
  type EntitlementSearch,
  entitlementFields,
  searchEntitlements,
} from '../subscriptions/entitlement-search.ts'
import {
  type SubscriptionSearch,
  searchSubscriptions,
  subscriptionFields,
} from '../subscriptions/subscription-search.ts'
import { type ApiKeySearch, searchApiKeys } from '../tenancy/api-keys.ts'
import {
  searchWalletTransactions,
  type WalletTransactionSearch,
  walletTransactionFields,
} from '../wallets/wallet-transactions.ts'
import { searchWallets, type WalletSearch, walletFields } from '../wallets/wallets.ts'
import { now } from './catalog-rows.ts'
import { searchWorldId } from './search-world.ts'

/** A search with each of its filters, over the rows of `fillSearchWorld`. */
export interface SearchUnderTest {
  readonly fields: SearchFields
  /** Each filter with values to try, by which it finds something. */
  readonly filters: Readonly<Record<string, readonly unknown[]>>
  /** Those by which an index finds their first value, so that they read no more than their answer. */
  readonly indexed: readonly string[]
  run(
    reader: Scoped,
    search: object,
  ): Promise<{ readonly items: readonly { readonly id: string }[]; readonly total: number }>
}

const far = new Date('2100-01-01')
const past = new Date('2000-01-01')

/** Every search by its table. A filter that is missing here does not compile. */
// tidy: long because it is a table: one entry a search.
export function searchesUnderTest(reader: Scoped, rows: number): Readonly<Record<string, SearchUnderTest>> {
  const ids = (kind: string) => idLists(reader, kind, rows)
  const one = (kind: string) => [searchWorldId(reader, kind, 7)]
  const keys = (prefix: string) => numbersOf(rows).map((number) => `${prefix}${number}`)
  const keyLists = (prefix: string) => [[`${prefix}7`], keys(prefix)]
  const entities = [...ids('plan'), ...ids('subs')]
  return {
    customers: search<CustomerSearch>(
      customerFields,
      searchCustomers,
      ['customer_ids', 'external_id', 'external_ids'],
      {
        customer_ids: ids('cust'),
        external_id: ['ext-7'],
        external_ids: keyLists('ext-'),
        email: ['7@A.example'],
        metadata: [{ team: '7' }],
      },
    ),
    plans: search<PlanSearch>(planFields, searchPlans, ['plan_ids', 'lookup_key'], {
      plan_ids: ids('plan'),
      lookup_key: ['key-7'],
      metadata: [{ team: '7' }],
    }),
    groups: search<GroupSearch>(groupFields, searchGroups, ['group_ids', 'lookup_key', 'name'], {
      group_ids: ids('group'),
      entity_type: ['price'],
      lookup_key: ['key-7'],
      name: ['group 7'],
    }),
    features: search<FeatureSearch>(
      featureFields,
      searchFeatures,
      ['feature_ids', 'meter_ids', 'lookup_key', 'lookup_keys'],
      {
        feature_ids: ids('feat'),
        meter_ids: ids('meter'),
        lookup_key: ['key-7'],
        lookup_keys: keyLists('key-'),
        name_contains: ['URE 7'],
      },
    ),
    prices: search<PriceSearch>(
      priceFields,
      (scoped, asked) => searchPrices(scoped, asked, now),
      ['price_ids', 'plan_ids', 'meter_ids', 'subscription_id', 'entity_ids', 'parent_price_id'],
      {
        price_ids: ids('price'),
        plan_ids: ids('plan'),
        meter_ids: ids('meter'),
        subscription_id: [searchWorldId(reader, 'subs', 10)],
        entity_ids: entities,
        entity_type: ['PLAN', 'SUBSCRIPTION'],
        billing_periods: [['MONTHLY']],
        parent_price_id: [searchWorldId(reader, 'price', 19)],
        start_date_lt: [far],
        updated_after: [past],
        allow_expired_prices: [true],
      },
    ),
    entitlements: search<EntitlementSearch>(
      entitlementFields,
      searchEntitlements,
      ['entity_ids', 'plan_ids', 'feature_ids'],
      {
        entity_ids: entities,
        entity_type: ['PLAN', 'SUBSCRIPTION'],
        plan_ids: ids('plan'),
        feature_ids: ids('feat'),
        feature_type: ['metered'],
        is_enabled: [true],
      },
    ),
    subscriptions: search<SubscriptionSearch>(
      subscriptionFields,
      searchSubscriptions,
      ['subscription_ids', 'customer_id', 'customer_ids', 'external_customer_id'],
      {
        subscription_ids: ids('subs'),
        customer_id: one('cust'),
        customer_ids: ids('cust'),
        external_customer_id: ['ext-7'],
        plan_id: one('plan'),
        subscription_status: [['active'], ['trialing', 'cancelled']],
        billing_period: [['MONTHLY']],
        active_at: [new Date('2026-06-01')],
        trial_end_due_lte: [far],
      },
    ),
    subscription_schedules: search<ScheduleSearch>(
      scheduleFields,
      searchSchedules,
      ['subscription_id', 'subscription_ids'],
      {
        subscription_id: one('subs'),
        subscription_ids: ids('subs'),
        schedule_type: [['plan_change'], ['plan_change', 'cancellation']],
        schedule_status: [['pending'], ['pending', 'cancelled']],
        pending_only: [true],
      },
    ),
    subscription_line_items: search<LineItemSearch>(
      lineItemFields,
      (scoped, asked) => searchLineItems(scoped, asked, now),
      ['subscription_line_item_ids', 'subscription_ids', 'price_ids', 'customer_ids', 'meter_ids'],
      {
        subscription_line_item_ids: ids('subli'),
        subscription_ids: ids('subs'),
        price_ids: ids('price'),
        customer_ids: ids('cust'),
        entity_type: ['plan', 'subscription'],
        entity_ids: entities,
        meter_ids: ids('meter'),
        currencies: [['usd']],
        billing_periods: [['MONTHLY']],
        active_filter: [true, false],
        current_period_start: [now],
      },
    ),
    invoices: search<InvoiceSearch>(
      invoiceFields,
      (scoped, asked) => searchInvoices(scoped, asked, now),
      ['invoice_ids', 'customer_id', 'external_customer_id', 'subscription_id', 'subscription_customer_id'],
      {
        invoice_ids: ids('inv'),
        customer_id: one('cust'),
        external_customer_id: ['ext-7'],
        subscription_id: one('subs'),
        subscription_customer_id: ids('cust'),
        invoice_type: ['SUBSCRIPTION'],
        invoice_status: [['DRAFT'], ['DRAFT', 'FINALIZED']],
        payment_status: [['PENDING']],
        billing_reason: ['SUBSCRIPTION_CYCLE'],
        currency: ['usd'],
        amount_due_gt: ['7'],
        amount_remaining_gt: ['7'],
        finalized_at_gte: [past],
        voided_at_gte: [],
        period_start_gte: [past],
        period_start_lte: [far],
        period_end_gte: [past],
        period_end_lte: [far],
        overdue: [true, false],
      },
    ),
    wallets: search<WalletSearch>(walletFields, searchWallets, ['wallet_ids', 'customer_id'], {
      wallet_ids: ids('wallet'),
      customer_id: one('cust'),
      wallet_status: ['active'],
    }),
    wallet_transactions: search<WalletTransactionSearch>(
      walletTransactionFields,
      searchWalletTransactions,
      ['id', 'wallet_id', 'reference_id'],
      {
        id: one('wtxn'),
        wallet_id: one('wallet'),
        type: ['credit'],
        transaction_status: ['completed'],
        transaction_reason: ['FREE_CREDIT_GRANT'],
        reference_type: ['EXTERNAL'],
        reference_id: ['ref-7'],
        created_by: ['u7'],
        priority: [7],
        credits_available_gt: ['7'],
        expiry_date_after: [past],
        expiry_date_before: [far],
      },
    ),
    import_tasks: search<ImportTaskSearch>(importTaskFields, searchImportTasks, [], {
      entity_type: ['EVENTS'],
      task_status: ['PENDING'],
      created_by: ['u7'],
    }),
    payments: search<PaymentSearch>(paymentFields, searchPayments, ['payment_ids', 'destination_id'], {
      payment_ids: ids('pay'),
      destination_id: one('inv'),
      payment_method_type: ['OFFLINE'],
      payment_status: ['SUCCEEDED'],
      currency: ['usd'],
    }),
    refunds: search<RefundSearch>(
      refundFields,
      searchRefunds,
      ['invoice_ids', 'payment_ids', 'credit_note_ids'],
      {
        invoice_ids: ids('inv'),
        payment_ids: ids('pay'),
        credit_note_ids: ids('crnote'),
        refund_statuses: [['SUCCEEDED']],
        refund_destinations: [['OUT_OF_BAND']],
        only_settled: [true],
      },
    ),
    api_keys: search<ApiKeySearch>(new Map(), (scoped, asked) => searchApiKeys(scoped, asked, now), [], {}),
  }
}

function search<Asked>(
  fields: SearchFields,
  run: (reader: Scoped, search: Asked) => ReturnType<SearchUnderTest['run']>,
  indexed: ReadonlyArray<Exclude<keyof Asked, keyof Search> & string>,
  filters: { readonly [Filter in Exclude<keyof Asked, keyof Search>]-?: ReadonlyArray<Asked[Filter]> },
): SearchUnderTest {
  // tidy: border — cases are made of the filters that were given for this very search.
  return { fields, filters, indexed, run: (reader, asked) => run(reader, asked as Asked) }
}

const valuesMax = 1_000

/** So many numbers of rows as a list may have values, evenly spread over them. */
function numbersOf(rows: number): readonly number[] {
  const values = Math.min(valuesMax, rows)
  return Array.from({ length: values }, (_, index) => 1 + Math.floor((index * rows) / values))
}

function idLists(reader: Scoped, kind: string, rows: number): ReadonlyArray<readonly string[]> {
  return [
    [searchWorldId(reader, kind, 7)],
    numbersOf(rows).map((number) => searchWorldId(reader, kind, number)),
  ]
}
