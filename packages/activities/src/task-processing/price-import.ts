import {
  type CreatePriceRequest,
  createPriceRequest,
  type UpdatePriceRequest,
  updatePriceRequest,
} from '@flexprice/contracts/catalog'
import { fileColumns } from '@flexprice/contracts/imports'
import { type ImportedPrice, importPrices, planPrice, priceChanges } from '@flexprice/database/catalog'
import { readNow, type Scoped, type WrittenRecord } from '@flexprice/database/connection'
import { type CodedError, invalid, isCodedError } from '@flexprice/domain'
import { type EntityImport, type ImportRow, preparedTogether, recordsPerPageMax } from './entity-import.ts'
import {
  featureOfPrice,
  type IdOf,
  planOfPrice,
  readMeterIds,
  readPlanIds,
  splitKey,
} from './named-records.ts'
import { writeRecords } from './record-rows.ts'
import { type KeyedRow, readKeyedRow } from './row-fields.ts'

type ReadPrice = KeyedRow<CreatePriceRequest, UpdatePriceRequest>

interface PriceRow extends ReadPrice {
  readonly row: ImportRow
  readonly planKey: string | undefined
  readonly featureKey: string | undefined
}

/** Prices of plans by the rules of their POST, or of their PUT where the lookup key is there. */
export function createPriceImport(): EntityImport {
  return {
    columns: fileColumns.PRICES,
    rowsPerPageMax: recordsPerPageMax,
    begin: preparedTogether((rows) => {
      const prices = rows.map(readPrice)
      return {
        refused: [],
        write: (transaction, meanwhile) => {
          meanwhile()
          return writeRecords(transaction, prices, (some) => writePrices(transaction, some))
        },
      }
    }),
  }
}

function readPrice(row: ImportRow): PriceRow {
  const { value: ofPlan, key: planKey, problem: planProblem } = splitKey(row.value, planOfPrice)
  const { value, key: featureKey, problem: featureProblem } = splitKey(ofPlan, featureOfPrice)
  const problems = [planProblem, featureProblem].filter((problem) => problem !== undefined)
  const named = { row, planKey, featureKey }
  if (problems.length > 0) {
    return { ...named, id: undefined, lookupKey: undefined, creation: invalid(problems), changes: undefined }
  }
  return { ...named, ...readKeyedRow(value, { create: createPriceRequest, update: updatePriceRequest }) }
}

async function writePrices(
  transaction: Scoped,
  rows: readonly PriceRow[],
): Promise<readonly WrittenRecord[]> {
  const now = await readNow(transaction)
  const names = {
    planIdOf: await readPlanIds(transaction, rows),
    meterIdOf: await readMeterIds(transaction, rows),
  }
  return importPrices(
    transaction,
    rows.map((row) => importedPrice(row, names)),
    now,
  )
}

function importedPrice(
  { row, id, lookupKey, creation, changes, planKey, featureKey }: PriceRow,
  { planIdOf, meterIdOf }: { readonly planIdOf: IdOf; readonly meterIdOf: IdOf },
): ImportedPrice {
  if (isCodedError(creation)) {
    const isChange = changes !== undefined && !isCodedError(changes)
    return {
      id,
      lookupKey,
      creation,
      changes: isChange ? priceChanges(changes) : (changes ?? creation),
      timing: isChange ? { effectiveFrom: changes.effective_from, effectiveAt: changes.effective_at } : {},
      kept: {},
    }
  }
  const planId = planIdOf({ key: planKey, id: creation.entity_id })
  if (isCodedError(planId)) return refusedPrice(planId)
  const meterId =
    creation.meter_id === undefined ? undefined : meterIdOf({ key: featureKey, id: creation.meter_id })
  if (isCodedError(meterId)) return refusedPrice(meterId)
  const price = planPrice({ ...creation, entity_id: planId, meter_id: meterId })
  return {
    id,
    lookupKey,
    creation: price,
    changes: priceChanges({ ...creation, lookup_key: undefined }),
    timing: {},
    kept: { ...price, ...leftOut(row.value) },
  }
}

function refusedPrice(error: CodedError): ImportedPrice {
  return {
    id: undefined,
    lookupKey: undefined,
    creation: error,
    changes: error,
    timing: {},
    kept: {},
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
