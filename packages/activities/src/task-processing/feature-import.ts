import { createFeatureRequest, updateFeatureRequest } from '@flexprice/contracts/catalog'
import { fileColumns } from '@flexprice/contracts/imports'
import { featureChanges, type ImportedFeature, importFeatures, newFeature } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { isCodedError } from '@flexprice/domain'
import { type EntityImport, type ImportRow, preparedTogether, recordsPerPageMax } from './entity-import.ts'
import { writeRecords } from './record-rows.ts'
import { readKeyedRow } from './row-fields.ts'

interface FeatureRow {
  readonly row: ImportRow
  readonly feature: ImportedFeature
}

/** Features by the rules of their POST, or of their PUT where the lookup key is there. */
export function createFeatureImport(): EntityImport {
  return {
    columns: fileColumns.FEATURES,
    rowsPerPageMax: recordsPerPageMax,
    begin: preparedTogether((rows) => {
      const features = rows.map(readFeature)
      return {
        refused: [],
        async write(transaction, meanwhile) {
          meanwhile()
          const now = await readNow(transaction)
          return writeRecords(transaction, features, (some) =>
            importFeatures(
              transaction,
              some.map(({ feature }) => feature),
              now,
            ),
          )
        },
      }
    }),
  }
}

function readFeature(row: ImportRow): FeatureRow {
  const doors = { create: createFeatureRequest, update: updateFeatureRequest }
  const { id, lookupKey, creation, changes } = readKeyedRow(row.value, doors)
  if (!isCodedError(creation)) {
    const changed = featureChanges({ ...creation, filters: creation.meter?.filters })
    return { row, feature: { id, lookupKey, creation: newFeature(creation), changes: changed } }
  }
  const changed = changes === undefined || isCodedError(changes) ? changes : featureChanges(changes)
  return { row, feature: { id, lookupKey, creation, changes: changed ?? creation } }
}
