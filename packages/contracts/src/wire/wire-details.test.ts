import { expect, test } from 'vitest'
import { wireDetails } from './wire-details.ts'

test('bad fields are an object by path on the wire, as SDKs read it; what is wrong as a whole has no path', () => {
  const fields = [
    { path: 'tiers[1].up_to', message: 'is too small' },
    { path: 'tiers[1].up_to', message: 'is no whole number' },
    { path: '__proto__', message: 'is not a known field' },
    { path: '', message: 'too much at once' },
  ]
  expect(JSON.stringify(wireDetails({ fields, used_by: 'price' }))).toBe(
    '{"used_by":"price","fields":{"tiers[1].up_to":"is too small; is no whole number","__proto__":"is not a known field"}}',
  )
  expect(wireDetails({ used_by: 'price' })).toEqual({ used_by: 'price' })
})
