import { toInstant, toLocal } from './time-zone.ts'

export type PaymentTerms = `${15 | 30 | 45 | 60 | 75 | 90} NET` | 'END_OF_MONTH' | 'END_OF_NEXT_MONTH'

/**
 * When an invoice is to be paid that was issued at that instant: so many local days later, or with the last
 * millisecond of the local month, or of the next one.
 */
export function dueDate(issued: Date, terms: PaymentTerms, timeZone: string): Date {
  const local = toLocal(issued, timeZone)
  if (terms === 'END_OF_MONTH' || terms === 'END_OF_NEXT_MONTH') {
    const months = terms === 'END_OF_MONTH' ? 1 : 2
    const firstOfNext = local.toPlainDate().with({ day: 1 }).add({ months })
    return new Date(toInstant(firstOfNext.toZonedDateTime(timeZone)).getTime() - 1)
  }
  return toInstant(local.add({ days: Number.parseInt(terms, 10) }))
}
