import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { exactNumber } from './exact-number.ts'
import { needsExactJson, parseExactJson } from './parse-exact-json.ts'

function read(text: string): unknown {
  return needsExactJson(text) ? parseExactJson(text) : JSON.parse(text)
}

test('no digit of an amount is lost on the way in and out, however long', () => {
  const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`))
  fc.assert(
    fc.property(digits(20), digits(18), (whole, fraction) => {
      const normal = whole.replace(/^0+(?=\d)/, '')
      const literal = `${normal}.${fraction}`
      const amount = exactNumber.parse(first(read(`[${literal}]`)))
      const trimmed = literal.replace(/\.?0+$/, '') || '0'
      expect(amount).toBe(trimmed === '' ? '0' : trimmed)
      expect(JSON.stringify([exactNumber.encode(amount)])).toBe(`[${amount}]`)
    }),
    { seed: 20_260_101 },
  )
})

test('ids in texts do not ask for the slow way, numbers anywhere do', () => {
  const ids = ['0b1e5c2d-9e2a-4e11-8d3f-1234567890ab', '12345678901234567890', '1e5']
  expect(needsExactJson(JSON.stringify({ ids, nested: { at: '2026-03-15T12:00:00.000Z', n: -12.5 } }))).toBe(
    false,
  )
  const long = ['1e5', '-1.5E3', '1234567890123456', '[1,-1234567890.123456]', '{"a": 1e5}', '{"a":\n1e5}']
  for (const text of long) expect(needsExactJson(text)).toBe(true)
})

test('counts stay numbers, in whatever notation', () => {
  expect(read('{"a":10.0,"b":1e2,"c":12345678901234567890,"d":"12345678901234567890"}')).toMatchObject({
    a: 10,
    b: 100,
    c: { source: '12345678901234567890' },
    d: '12345678901234567890',
  })
})

test('a number in exponent notation keeps its value, one beyond every number of ours its text', () => {
  const long = `1.${'5'.repeat(60)}`
  expect(read(`[5e-05, 5E-7, 1e22, 1.2345678901234567891e1, ${long}, 1e400, 1e-101]`)).toMatchObject([
    ...[0.00005, 5e-7, 1e22],
    ...[{ source: '12.345678901234567891' }, { source: long }, { source: '1e400' }, { source: '1e-101' }],
  ])
})

test.each(['"x"', 'true', 'null', '1e400', '1e-30'])('%s is no quantity', (literal) => {
  expect(exactNumber.safeParse(first(read(`[${literal}, 1e5]`))).success).toBe(false)
})

function first(list: unknown): unknown {
  return z.array(z.unknown()).parse(list)[0]
}
