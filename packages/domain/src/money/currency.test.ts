import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { currencyExponent, parseCurrency } from './currency.ts'

/** The list as ISO publishes it, shipped with the library: the source that its table was made from. */
const published = [
  ...readFileSync(
    fileURLToPath(import.meta.resolve('currency-codes/iso-4217-list-one.xml')),
    'utf8',
  ).matchAll(/<Ccy>(?<code>[A-Z]{3})<\/Ccy>\s*<CcyNbr>\d+<\/CcyNbr>\s*<CcyMnrUnts>(?<digits>[^<]+)</g),
].map(({ groups }) => ({ code: groups?.code ?? '', digits: groups?.digits ?? '' }))

describe('currencyExponent', () => {
  it.each([
    ['usd', 2],
    ['eur', 2],
    ['huf', 2],
    ['cop', 2],
    ['idr', 2],
    ['iqd', 3],
    ['jpy', 0],
    ['krw', 0],
    ['kwd', 3],
    ['clf', 4],
    ['uyw', 4],
  ])('of %s is %i', (currency, exponent) => {
    expect(currencyExponent(currency)).toBe(exponent)
  })

  it('is the minor unit that ISO 4217 publishes, for every currency that has one', () => {
    const withUnits = published.filter(({ digits }) => digits !== 'N.A.')
    expect(withUnits.length).toBeGreaterThan(200)
    for (const { code, digits } of withUnits)
      expect([code, currencyExponent(code)]).toEqual([code, Number(digits)])
  })

  it('is asked of known currencies only', () => {
    expect(() => currencyExponent('abc')).toThrow('abc is a known currency')
  })
})

describe('parseCurrency', () => {
  it('takes any case and answers in lower case', () => {
    expect([parseCurrency('USD'), parseCurrency('usd'), parseCurrency('uSd')]).toEqual(['usd', 'usd', 'usd'])
  })

  it('refuses what ISO lists without a minor unit: metals, accounts of institutions, tests', () => {
    const withoutUnits = published.filter(({ digits }) => digits === 'N.A.')
    expect(withoutUnits.map(({ code }) => code)).toContain('XAU')
    for (const { code } of withoutUnits) expect([code, parseCurrency(code)]).toEqual([code, undefined])
  })

  it.each(['', 'us', 'usdd', 'abc', 'US$', ' usd', 'constructor', '__proto__', 'XXX', 'xts', 'XAU'])(
    'refuses %j',
    (code) => {
      expect(parseCurrency(code)).toBeUndefined()
    },
  )
})
