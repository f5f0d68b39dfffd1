import { expect, test } from 'vitest'
import { readDecimal } from '../money/decimal.ts'
import { notPayable, paidStatus } from './payment-status.ts'

test.each([
  ['10', '0', 'PENDING'],
  ['10', '9.99', 'PENDING'],
  ['10', '10', 'SUCCEEDED'],
  ['10', '10.01', 'OVERPAID'],
  ['0', '0', 'SUCCEEDED'],
])('of %s due, %s paid is %s', (due, paid, status) => {
  expect(paidStatus(readDecimal(due), readDecimal(paid))).toBe(status)
})

test.each([
  ['FINALIZED', '0.01', undefined],
  ['FINALIZED', '0', /nothing remains/],
  ['DRAFT', '10', /is DRAFT/],
  ['VOIDED', '10', /is VOIDED/],
  ['SKIPPED', '0', /is SKIPPED/],
] as const)('one that is %s with %s remaining', (status, remaining, why) => {
  const found = notPayable({ id: 'inv_1', status, amountRemaining: readDecimal(remaining) })
  if (why === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(why)
})
