import type { Migration } from 'kysely/migration'
import * as tenancy from './0001-tenancy.ts'
import * as catalog from './0002-catalog.ts'
import * as subscriptions from './0003-subscriptions.ts'
import * as priceSync from './0004-price-sync.ts'
import * as metering from './0005-metering.ts'
import * as entitlements from './0006-entitlements.ts'
import * as invoices from './0007-invoices.ts'
import * as idempotency from './0008-idempotency.ts'
import * as subscriptionBatches from './0009-subscription-batches.ts'
import * as priceLinks from './0010-price-links.ts'
import * as events from './0011-events.ts'
import * as calculations from './0012-calculations.ts'
import * as syncPreviews from './0013-sync-previews.ts'
import * as syncUserEnds from './0014-sync-user-ends.ts'
import * as lineWarnings from './0015-line-warnings.ts'
import * as invoiceSums from './0016-invoice-sums.ts'
import * as equalAtEveryDoor from './0017-equal-at-every-door.ts'
import * as searchIndexes from './0018-search-indexes.ts'
import * as limitsAndReplacements from './0019-limits-and-replacements.ts'
import * as billing from './0020-billing.ts'
import * as lateUsage from './0021-late-usage.ts'
import * as quantitiesAsUsed from './0022-quantities-as-used.ts'
import * as testClocks from './0023-test-clocks.ts'
import * as oneOffInvoices from './0024-one-off-invoices.ts'
import * as wallets from './0025-wallets.ts'
import * as payments from './0026-payments.ts'
import * as creditNotes from './0027-credit-notes.ts'
import * as creditGrants from './0028-credit-grants.ts'
import * as creditsGoBack from './0029-credits-go-back.ts'
import * as creditsBought from './0030-credits-that-are-bought.ts'
import * as subscriptionChanges from './0031-subscription-changes.ts'
import * as subscriptionSchedules from './0032-subscription-schedules.ts'
import * as subscriptionEnds from './0033-subscription-ends.ts'
import * as imports from './0034-imports.ts'
import * as keysByTheKey from './0035-keys-are-found-by-the-key.ts'
import * as importReverts from './0036-import-reverts.ts'
import * as bulkChanges from './0037-bulk-changes.ts'
import * as namedSkips from './0038-named-skips.ts'
import * as formerGrids from './0039-former-grids.ts'
import * as subscriptionsByLookupKey from './0040-subscriptions-by-lookup-key.ts'
import * as invoicedCycles from './0041-invoiced-cycles.ts'
import * as importAddresses from './0042-import-addresses.ts'
import * as invoicesOfManyRows from './0043-invoices-of-many-rows.ts'
import * as creditsInPlace from './0044-credits-in-place.ts'
import * as failedSchedules from './0045-failed-schedules.ts'
import * as eventConflicts from './0046-event-conflicts.ts'
import * as versionsThatWait from './0047-versions-that-wait.ts'
import * as importsNeverBegun from './0048-imports-that-never-began.ts'
import * as repeatedRows from './0049-repeated-rows.ts'
import * as eventsByInstantAndId from './0050-events-by-instant-and-id.ts'
import * as whatIsLeftOfCredits from './0051-what-is-left-of-credits.ts'

/** In their order. A released migration is never changed; there is no way down: restore or go forward. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-tenancy': tenancy,
  '0002-catalog': catalog,
  '0003-subscriptions': subscriptions,
  '0004-price-sync': priceSync,
  '0005-metering': metering,
  '0006-entitlements': entitlements,
  '0007-invoices': invoices,
  '0008-idempotency': idempotency,
  '0009-subscription-batches': subscriptionBatches,
  '0010-price-links': priceLinks,
  '0011-events': events,
  '0012-calculations': calculations,
  '0013-sync-previews': syncPreviews,
  '0014-sync-user-ends': syncUserEnds,
  '0015-line-warnings': lineWarnings,
  '0016-invoice-sums': invoiceSums,
  '0017-equal-at-every-door': equalAtEveryDoor,
  '0018-search-indexes': searchIndexes,
  '0019-limits-and-replacements': limitsAndReplacements,
  '0020-billing': billing,
  '0021-late-usage': lateUsage,
  '0022-quantities-as-used': quantitiesAsUsed,
  '0023-test-clocks': testClocks,
  '0024-one-off-invoices': oneOffInvoices,
  '0025-wallets': wallets,
  '0026-payments': payments,
  '0027-credit-notes': creditNotes,
  '0028-credit-grants': creditGrants,
  '0029-credits-go-back': creditsGoBack,
  '0030-credits-that-are-bought': creditsBought,
  '0031-subscription-changes': subscriptionChanges,
  '0032-subscription-schedules': subscriptionSchedules,
  '0033-subscription-ends': subscriptionEnds,
  '0034-imports': imports,
  '0035-keys-are-found-by-the-key': keysByTheKey,
  '0036-import-reverts': importReverts,
  '0037-bulk-changes': bulkChanges,
  '0038-named-skips': namedSkips,
  '0039-former-grids': formerGrids,
  '0040-subscriptions-by-lookup-key': subscriptionsByLookupKey,
  '0041-invoiced-cycles': invoicedCycles,
  '0042-import-addresses': importAddresses,
  '0043-invoices-of-many-rows': invoicesOfManyRows,
  '0044-credits-in-place': creditsInPlace,
  '0045-failed-schedules': failedSchedules,
  '0046-event-conflicts': eventConflicts,
  '0047-versions-that-wait': versionsThatWait,
  '0048-imports-that-never-began': importsNeverBegun,
  '0049-repeated-rows': repeatedRows,
  '0050-events-by-instant-and-id': eventsByInstantAndId,
  '0051-what-is-left-of-credits': whatIsLeftOfCredits,
}
