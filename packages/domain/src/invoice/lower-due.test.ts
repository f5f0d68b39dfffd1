import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { lowerDue } from './lower-due.ts'

const credit = (id: string, invoiceId: string, remaining: string) => ({
  id,
  invoiceId,
  remaining: dec(remaining),
})
const invoice = (id: string, remaining: string) => ({ id, remaining: dec(remaining) })
const texts = (...of: Parameters<typeof lowerDue>) =>
  lowerDue(...of).map(
    ({ creditId, invoiceId, amount }) => `${creditId} ${invoiceId} ${formatDecimal(amount)}`,
  )

describe('a credit lowers what is due', () => {
  it('of the invoice that billed, then of the others, oldest first', () => {
    expect(texts([credit('c', 'b', '9')], [invoice('a', '3'), invoice('b', '4'), invoice('d', '5')])).toEqual(
      ['c b 4', 'c a 3', 'c d 2'],
    )
  })

  it('never below what was paid, and what nothing can take stays', () => {
    expect(texts([credit('c', 'b', '9')], [invoice('a', '0'), invoice('b', '4')])).toEqual(['c b 4'])
    expect(texts([credit('c', 'b', '9')], [])).toEqual([])
  })

  it('after the credits before it', () => {
    expect(texts([credit('c', 'b', '3'), credit('d', 'a', '3')], [invoice('b', '4')])).toEqual([
      'c b 3',
      'd b 1',
    ])
  })
})
