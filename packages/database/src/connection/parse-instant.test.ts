import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { parseInstant } from './parse-instant.ts'

const byDriver = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text')

test('an instant is read as the driver reads it, in each notation of PostgreSQL', () => {
  const moment = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  const fraction = fc.constantFrom('', '.1', '.12', '.999', '.0005', '.00001', '.123456', '.999999')
  const offset = fc.constantFrom('+00', '+00', '+05:30', '-03', '+00:19:32')
  fc.assert(
    fc.property(moment, fraction, offset, (date, second, zone) => {
      const text = `${date.toISOString().slice(0, 19).replace('T', ' ')}${second}${zone}`
      expect(parseInstant(text)).toEqual(byDriver(text))
    }),
    { seed: 20_261_129, numRuns: 2_000 },
  )
})

test.each([
  'infinity',
  '-infinity',
  '10000-01-01 00:00:00+00',
  '0044-03-15 12:00:00+00 BC',
  '0099-01-01 00:00:00+00',
])("what is no usual instant is the driver's: %s", (text) => {
  expect(parseInstant(text)).toEqual(byDriver(text))
})
