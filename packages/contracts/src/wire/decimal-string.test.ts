import { describe, expect, it } from 'vitest'
import { operations } from '../operations/operations.ts'
import { decimalString } from './decimal-string.ts'
import { exactNumber } from './exact-number.ts'
import { needsExactJson, parseExactJson } from './parse-exact-json.ts'
import { toWireSchema, type WireSchema } from './wire-schema.ts'

function sent(json: string): unknown {
  return needsExactJson(json) ? parseExactJson(json) : JSON.parse(json)
}

describe.each([
  ['decimalString', decimalString],
  ['exactNumber', exactNumber],
])('%s', (_name, schema) => {
  it.each([
    ['"10.50"', '10.5'],
    ['10.50', '10.5'],
    ['"1.05e1"', '10.5'],
    ['1.05E1', '10.5'],
    ['5e-05', '0.00005'],
    ['" +5. "', '5'],
    ['".5"', '0.5'],
    ['-0', '0'],
    ['0.123456789012345678', '0.123456789012345678'],
    ['99999999999999999999.999999999999999999', '99999999999999999999.999999999999999999'],
    ['1e19', '10000000000000000000'],
  ])('reads %s as exactly %s', (json, expected) => {
    expect(schema.parse(sent(json))).toBe(expected)
  })

  it.each(['""', '"."', '"1,5"', '"0x1"', '"NaN"', '"Infinity"', 'true', 'null', '[]', '{}', '"1_0"'])(
    'refuses %s',
    (json) => {
      expect(schema.safeParse(sent(json)).error?.issues[0]?.message).toContain('must be a decimal number')
    },
  )

  it.each(['1e20', '"1e20"', '1e-19', '"0.1234567890123456789"', '0.1234567890123456789', '1e400', '-1e20'])(
    'refuses %s, which storage does not hold as it is',
    (json) => {
      expect(schema.safeParse(sent(json)).error?.issues[0]?.message).toContain('up to 20 digits')
    },
  )
})

it('is what every amount, quantity, rate and factor of a request is', () => {
  const found = operations.flatMap(({ method, path, schema: { body } }) =>
    body === undefined ? [] : decimalsOf(toWireSchema(body), `${method} ${path}`),
  )
  expect(found.filter(({ isDecimal }) => !isDecimal).map((one) => one.path)).toEqual([])
  expect(found.length).toBeGreaterThan(50)
})

const names = /(?:^|_)(?:amount|quantity|rate|factor|multiplier|threshold|price)(?:_gt|_gte|_lt|_lte)?$/

function decimalsOf(schema: WireSchema, path: string): { path: string; isDecimal: boolean }[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])]
  return [
    ...inner.flatMap((one) => decimalsOf(one, path)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
      const isScalar = property.type === 'string' || property.type === 'number'
      const own =
        isScalar && names.test(name) ? [{ path: `${path} ${name}`, isDecimal: isDecimal(property) }] : []
      return [...own, ...decimalsOf(property, `${path} ${name}`)]
    }),
  ]
}

function isDecimal({ description }: WireSchema): boolean {
  return description === 'A decimal number, as a text or a JSON number'
}
