import type { SubscriptionBatchItemTable, SubscriptionBatchTable } from './batch-tables.ts'
import type {
  AuditEntryTable,
  BillingFailureTable,
  BillingRunSliceTable,
  BillingRunTable,
  BillingRunTotalTable,
  EnvironmentSettingsTable,
} from './billing-tables.ts'
import type { BulkChangeItemTable, BulkChangeSliceTable, BulkChangeTable } from './bulk-change-tables.ts'
import type {
  CalculationItemTable,
  CalculationSliceTable,
  CalculationTable,
  CalculationTotalTable,
} from './calculation-tables.ts'
import type { PlanTable, PriceTable } from './catalog-tables.ts'
import type { SubscriptionChangeTable } from './change-tables.ts'
import type {
  CreditNoteLineItemTable,
  CreditNoteNumberCounterTable,
  CreditNoteTable,
  RefundTable,
} from './credit-note-tables.ts'
import type { CustomerTable } from './customer-tables.ts'
import type { EntitlementTable } from './entitlement-tables.ts'
import type { EventConflictTable, EventIdTable, EventTable } from './event-tables.ts'
import type { CreditGrantApplicationTable, CreditGrantTable } from './grant-tables.ts'
import type { IdempotencyKeyTable } from './idempotency-tables.ts'
import type {
  FileUploadTable,
  ImportPageTable,
  ImportRecordTable,
  ImportRejectionTable,
  ImportRevertTable,
  ImportTaskTable,
} from './import-tables.ts'
import type {
  InvoiceAdjustmentTable,
  InvoiceHistoryTable,
  InvoiceLineItemTable,
  InvoiceNumberCounterTable,
  InvoiceTable,
  LateCreditTable,
  LateLookTable,
  LateNoticeTable,
} from './invoice-tables.ts'
import type { LineCreditTable } from './line-credit-tables.ts'
import type { FeatureTable, GroupTable, MeterTable } from './metering-tables.ts'
import type { PaymentTable } from './payment-tables.ts'
import type { PriceSyncRunTable, PriceSyncSliceTable } from './price-sync-tables.ts'
import type { SubscriptionScheduleTable } from './schedule-tables.ts'
import type {
  PlanSubscriptionCountTable,
  SubscriptionLineItemTable,
  SubscriptionPauseTable,
  SubscriptionTable,
} from './subscription-tables.ts'
import type { SyncPreviewItemTable, SyncPreviewSliceTable, SyncPreviewTable } from './sync-preview-tables.ts'
import type { ApiKeyTable, EnvironmentTable, TenantTable } from './tenancy-tables.ts'
import type {
  WalletConsumptionTable,
  WalletCreditTable,
  WalletLedgerView,
  WalletTable,
  WalletTransactionTable,
} from './wallet-tables.ts'

/**
 * The schema as Kysely sees it; `tables.test.ts` holds it against the live one.
 * `numeric` is a decimal string, `timestamptz` a Date (milliseconds), `bigint` a number (asserted safe).
 */
export interface Tables {
  environments: EnvironmentTable
  api_keys: ApiKeyTable
  tenants: TenantTable
  customers: CustomerTable
  plans: PlanTable
  prices: PriceTable
  groups: GroupTable
  meters: MeterTable
  features: FeatureTable
  entitlements: EntitlementTable
  subscriptions: SubscriptionTable
  subscription_line_items: SubscriptionLineItemTable
  subscription_pauses: SubscriptionPauseTable
  subscription_schedules: SubscriptionScheduleTable
  plan_subscription_counts: PlanSubscriptionCountTable
  subscription_changes: SubscriptionChangeTable
  bulk_changes: BulkChangeTable
  bulk_change_slices: BulkChangeSliceTable
  bulk_change_items: BulkChangeItemTable
  price_sync_runs: PriceSyncRunTable
  price_sync_slices: PriceSyncSliceTable
  invoices: InvoiceTable
  invoice_line_items: InvoiceLineItemTable
  invoice_history: InvoiceHistoryTable
  invoice_number_counters: InvoiceNumberCounterTable
  payments: PaymentTable
  credit_notes: CreditNoteTable
  credit_note_line_items: CreditNoteLineItemTable
  credit_note_number_counters: CreditNoteNumberCounterTable
  refunds: RefundTable
  late_notices: LateNoticeTable
  late_looks: LateLookTable
  late_credits: LateCreditTable
  invoice_adjustments: InvoiceAdjustmentTable
  line_credits: LineCreditTable
  credit_grants: CreditGrantTable
  credit_grant_applications: CreditGrantApplicationTable
  wallets: WalletTable
  wallet_transactions: WalletTransactionTable
  wallet_credits: WalletCreditTable
  wallet_ledger: WalletLedgerView
  wallet_consumptions: WalletConsumptionTable
  subscription_batches: SubscriptionBatchTable
  subscription_batch_items: SubscriptionBatchItemTable
  idempotency_keys: IdempotencyKeyTable
  events: EventTable
  event_ids: EventIdTable
  event_conflicts: EventConflictTable
  calculations: CalculationTable
  calculation_slices: CalculationSliceTable
  calculation_totals: CalculationTotalTable
  calculation_items: CalculationItemTable
  environment_settings: EnvironmentSettingsTable
  audit_entries: AuditEntryTable
  billing_runs: BillingRunTable
  billing_run_slices: BillingRunSliceTable
  billing_run_totals: BillingRunTotalTable
  billing_failures: BillingFailureTable
  file_uploads: FileUploadTable
  import_tasks: ImportTaskTable
  import_pages: ImportPageTable
  import_rejections: ImportRejectionTable
  import_records: ImportRecordTable
  import_reverts: ImportRevertTable
  sync_previews: SyncPreviewTable
  sync_preview_slices: SyncPreviewSliceTable
  sync_preview_items: SyncPreviewItemTable
}
