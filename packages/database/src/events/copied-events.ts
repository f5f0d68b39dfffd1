import { CopiedRows, copyText } from '../connection/copied-rows.ts'
import type { NewEvent } from './new-event.ts'

/** An event whose properties are JSON already. */
export interface EventWithJson extends Omit<NewEvent, 'properties'> {
  readonly propertiesJson: string
}

/** Events on their way into the store, in the form in which PostgreSQL takes them cheapest. They are added, and not read again. */
export interface CopiedEvents {
  readonly length: number
  readonly rows: CopiedRows
  /** Some have both ids of their customer. */
  readonly namesCustomers: boolean
  add(event: EventWithJson): void
}

/** Of one page. Fewer cost PostgreSQL more: each page's ids go all over their index, in their order. */
export const copiedEventsMax = 20_000

export const copiedColumns = ['position', 'i', 'n', 'c', 'ci', 't', 's', 'p'] as const

const pieceLength = 64 * 1024

export function createCopiedEvents(): CopiedEvents {
  const pieces: Buffer[] = []
  let text = ''
  let length = 0
  let namesCustomers = false
  return {
    get length() {
      return length
    },
    get namesCustomers() {
      return namesCustomers
    },
    get rows() {
      return new CopiedRows(text === '' ? pieces : [...pieces, Buffer.from(text)])
    },
    add({ eventId, eventName, externalCustomerId, customerId, timestamp, source, propertiesJson }) {
      namesCustomers ||= customerId !== null
      text += `${length++}\t${copyText(eventId)}\t${copyText(eventName)}\t${copyText(externalCustomerId)}\t${copyText(customerId)}\t${timestamp ?? '\\N'}\t${copyText(source)}\t${copyText(propertiesJson)}\n`
      if (text.length < pieceLength) return
      // Out of the heap, which has better things to hold.
      pieces.push(Buffer.from(text))
      text = ''
    },
  }
}
