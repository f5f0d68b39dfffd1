import { refusalOf } from '@flexprice/contracts/wire'
import type { CodedError } from '@flexprice/domain'
import type { z } from 'zod'

/** A row that may be known by its id or its lookup key, as both of its doors read it. */
export interface KeyedRow<Creation, Changes> {
  /** The record that it means, which has to be there. */
  readonly id: string | undefined
  readonly lookupKey: string | undefined
  /** As the POST reads it, or refuses it. */
  readonly creation: Creation | CodedError
  /** For one that is there, where the POST refuses the row, as it says too little: as the PUT reads it, or refuses it. */
  readonly changes: Changes | CodedError | undefined
}

export function readKeyedRow<Create extends z.ZodType, Update extends z.ZodType>(
  value: unknown,
  doors: { readonly create: Create; readonly update: Update },
): KeyedRow<z.output<Create>, z.output<Update>> {
  const { id, value: request } = splitId(value)
  const { key, rest } = splitKey(request)
  const created = doors.create.safeParse(request)
  if (created.success) return { id, lookupKey: key, creation: created.data, changes: undefined }
  const updated = doors.update.safeParse(rest)
  const refusal = refusalOf(created.error)
  if (updated.success) return { id, lookupKey: key, creation: refusal, changes: updated.data }
  // What the PUT does not know says that the row means a whole record: then the POST's reasons help more.
  const isWhole = updated.error.issues.some(({ code }) => code === 'unrecognized_keys')
  return { id, lookupKey: key, creation: refusal, changes: isWhole ? refusal : refusalOf(updated.error) }
}

/** The id of a record, which no door takes in its body: it stands in the path of the PUT. An empty one says nothing. */
export function splitId(value: unknown): { readonly id: string | undefined; readonly value: unknown } {
  if (typeof value !== 'object' || value === null || !('id' in value)) return { id: undefined, value }
  const { id, ...rest } = value
  return { id: id === '' ? undefined : String(id), value: rest }
}

function splitKey(value: unknown): { readonly key: string | undefined; readonly rest: unknown } {
  if (typeof value !== 'object' || value === null || !('lookup_key' in value)) {
    return { key: undefined, rest: value }
  }
  const { lookup_key: key, ...rest } = value
  return { key: typeof key === 'string' && key !== '' ? key : undefined, rest }
}
