import { expect, test } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { returnCredits } from './return-credits.ts'

const at = (day: number) => new Date(Date.UTC(2026, 0, day))
const spent = (creditId: string, credits: string, expiresAt: Date | null) => ({
  creditId,
  credits: dec(credits),
  expiresAt,
  spentAt: at(5),
})

test('what was taken goes back to where it came from; what has expired meanwhile, for as long as was left of it', () => {
  const { restored, renewed, credits } = returnCredits(
    [
      spent('a', '1', null),
      spent('b', '2', at(30)),
      spent('c', '3', at(8)),
      spent('d', '4', at(3)),
      spent('e', '0', null),
    ],
    at(20),
  )
  expect(restored.map((one) => `${one.creditId} ${formatDecimal(one.credits)}`)).toEqual(['a 1', 'b 2'])
  expect(
    renewed.map((one) => `${one.creditId} ${formatDecimal(one.credits)} ${one.expiresAt.getUTCDate()}`),
  ).toEqual(['c 3 23', 'd 4 20'])
  expect(formatDecimal(credits)).toBe('10')
})
