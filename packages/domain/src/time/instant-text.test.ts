import fc from 'fast-check'
import { expect, it } from 'vitest'
import { instantText } from './instant-text.ts'

const seed = 20_261_130

it('is what toISOString writes, also of instants beyond those that are kept', () => {
  const instants = fc.array(fc.date({ noInvalidDate: true }), { minLength: 1, maxLength: 3_000, size: 'max' })
  fc.assert(
    fc.property(instants, (dates) => {
      for (const at of [...dates, ...dates.slice(0, 5)]) expect(instantText(at)).toBe(at.toISOString())
    }),
    { seed, numRuns: 20 },
  )
})

it('fails for what is no instant, as toISOString does', () => {
  for (let look = 0; look < 2; look++) expect(() => instantText(new Date(Number.NaN))).toThrow(RangeError)
})
