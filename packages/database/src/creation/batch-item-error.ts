import type { CodedError } from '@flexprice/domain'
import type { BatchItemError } from '../tables/batch-tables.ts'

/** A thousand errors have to fit into a workflow's result, whose limit is 2 MiB, whatever is in them. */
const messageBytesMax = 500
const fieldBytesMax = { path: 150, message: 200 } as const
const fieldsMax = 3

/** An error as an item's outcome tells it: it names fields as the caller wrote them, so it is made storable. */
export function batchItemError({ code, message, details }: CodedError): BatchItemError {
  const fields = details?.fields?.slice(0, fieldsMax).map((field) => ({
    path: storable(field.path, fieldBytesMax.path),
    message: storable(field.message, fieldBytesMax.message),
  }))
  return { code, message: storable(message, messageBytesMax), ...(fields && { fields }) }
}

/** Without what PostgreSQL cannot hold (NUL, half of a surrogate pair), and cut to so many bytes of JSON. */
function storable(text: string, bytesMax: number): string {
  // A character has at least a byte, so that no endless text is measured again and again.
  let kept = text.slice(0, bytesMax).replaceAll('\u0000', '\ufffd').toWellFormed()
  while (Buffer.byteLength(JSON.stringify(kept)) > bytesMax) {
    kept = kept.slice(0, Math.floor(kept.length * keptShare)).toWellFormed()
  }
  return kept
}

const keptShare = 0.9
