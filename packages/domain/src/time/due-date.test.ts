import { expect, test } from 'vitest'
import { dueDate, type PaymentTerms } from './due-date.ts'

test.each<[PaymentTerms, string, string]>([
  ['15 NET', 'UTC', '2026-01-30T10:00:00.000Z'],
  ['30 NET', 'UTC', '2026-02-14T10:00:00.000Z'],
  // A day is a local day: the clocks go forward on 29 March.
  ['90 NET', 'Europe/Berlin', '2026-04-15T09:00:00.000Z'],
  ['END_OF_MONTH', 'UTC', '2026-01-31T23:59:59.999Z'],
  ['END_OF_MONTH', 'America/New_York', '2026-02-01T04:59:59.999Z'],
  ['END_OF_NEXT_MONTH', 'UTC', '2026-02-28T23:59:59.999Z'],
])('%s in %s is due at %s', (terms, zone, due) => {
  expect(dueDate(new Date('2026-01-15T10:00:00Z'), terms, zone).toISOString()).toBe(due)
})
