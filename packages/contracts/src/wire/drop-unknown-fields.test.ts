import { expect, test } from 'vitest'
import { z } from 'zod'
import { dropUnknownFields } from './drop-unknown-fields.ts'

const tier = z.strictObject({ up_to: z.int() })
const schema = z.strictObject({ name: z.string(), tiers: z.array(tier).optional() }).prefault({ name: '' })

test('what is unknown is taken out at any depth and told by its path; the rest stays, also what is wrong', () => {
  const value = { name: 5, colour: 'red', tiers: [{ up_to: 1 }, { up_to: 2, hue: { a: 1 } }] }
  expect(dropUnknownFields(schema, value)).toEqual(['tiers[1].hue', 'colour'])
  expect(value).toEqual({ name: 5, tiers: [{ up_to: 1 }, { up_to: 2 }] })
  expect(dropUnknownFields(schema, value)).toEqual([])
})

test.each([undefined, null, 'text', [], 5])('nothing is taken from %j', (value) => {
  expect(dropUnknownFields(schema, value)).toEqual([])
})

test('what is unknown behind a problem that hides it is found once the problem is out of the way', () => {
  const value = { a: 1, extra: 2 }
  const chained = z.looseObject({ a: z.int() }).pipe(z.strictObject({ a: z.int() }))
  expect(dropUnknownFields(chained, value)).toEqual(['extra'])
})
