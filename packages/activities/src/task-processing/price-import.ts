import {
  type CreatePriceRequest,
  createPriceRequest,
  type UpdatePriceRequest,
  updatePriceRequest,
} from '@flexprice/contracts/catalog'
import { fileColumns } from '@flexprice/contracts/imports'
import { type ImportedPrice, importPrices, planPrice, priceChanges } from '@flexprice/database/catalog'
import { readNow, type Scoped, type WrittenRecord } from '@flexprice/database/connection'
import { invalid, isCodedError } from '@flexprice/domain'
import type { EntityImport, ImportRow } from './entity-import.ts'
import { type PlanIdOf, readPlanIds, splitPlanKey } from './plan-keys.ts'
import { writeRecords } from './record-rows.ts'
import { type KeyedRow, readKeyedRow } from './row-fields.ts'

type ReadPrice = KeyedRow<CreatePriceRequest, UpdatePriceRequest>

interface PriceRow extends ReadPrice {
  readonly row: ImportRow
  readonly planKey: string | undefined
}

/** Prices of plans by the rules of their POST, or of their PUT where the lookup key is there. */
export function createPriceImport(): EntityImport {
  return {
    columns: fileColumns.PRICES,
    prepare(rows) {
      const prices = rows.map(readPrice)
      return {
        refused: [],
        write: (transaction) => writeRecords(transaction, prices, (some) => writePrices(transaction, some)),
      }
    },
  }
}

function readPrice(row: ImportRow): PriceRow {
  const { value, planKey, problem } = splitPlanKey(row.value, 'entity_id')
  if (problem) {
    return { row, planKey, lookupKey: undefined, creation: invalid([problem]), changes: undefined }
  }
  return { row, planKey, ...readKeyedRow(value, { create: createPriceRequest, update: updatePriceRequest }) }
}

async function writePrices(
  transaction: Scoped,
  rows: readonly PriceRow[],
): Promise<readonly WrittenRecord[]> {
  const now = await readNow(transaction)
  const planIdOf = await readPlanIds(transaction, rows)
  return importPrices(
    transaction,
    rows.map((row) => importedPrice(row, planIdOf)),
    now,
  )
}

function importedPrice(
  { row, lookupKey, creation, changes, planKey }: PriceRow,
  planIdOf: PlanIdOf,
): ImportedPrice {
  if (isCodedError(creation)) {
    const isChange = changes !== undefined && !isCodedError(changes)
    return {
      lookupKey,
      creation,
      changes: isChange ? priceChanges(changes) : (changes ?? creation),
      timing: isChange ? { effectiveFrom: changes.effective_from, effectiveAt: changes.effective_at } : {},
      kept: {},
    }
  }
  const planId = planIdOf({ planKey, planId: creation.entity_id })
  if (isCodedError(planId)) {
    return { lookupKey: undefined, creation: planId, changes: planId, timing: {}, kept: {} }
  }
  const price = planPrice({ ...creation, entity_id: planId })
  return {
    lookupKey,
    creation: price,
    changes: priceChanges({ ...creation, lookup_key: undefined }),
    timing: {},
    kept: { ...price, ...leftOut(row.value) },
  }
}

/** What the request would fill in is no word of the row's. */
function leftOut(value: unknown): { billing_period_count?: undefined; trial_period_days?: undefined } {
  const says = (field: string) => typeof value === 'object' && value !== null && field in value
  return {
    ...(!says('billing_period_count') && { billing_period_count: undefined }),
    ...(!says('trial_period_days') && { trial_period_days: undefined }),
  }
}
