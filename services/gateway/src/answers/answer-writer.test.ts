import { operations } from '@flexprice/contracts/operations'
import { instant } from '@flexprice/contracts/wire'
import fc from 'fast-check'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { writerOf } from './answer-writer.ts'

/** Values as the schema says, and now and then something else in the place of one. */
function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const own = ownValuesOf(schema)
  return fc.oneof({ weight: 60, arbitrary: own }, { weight: 1, arbitrary: fc.anything() })
}

function ownValuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) return objectsOf(schema)
  if (schema instanceof z.ZodArray) return fc.array(valuesOf(schema.def.element), { maxLength: 2 })
  if (schema instanceof z.ZodRecord)
    return fc.dictionary(texts, valuesOf(schema.def.valueType), { maxKeys: 2 })
  if (schema instanceof z.ZodNullable) return fc.option(valuesOf(schema.def.innerType))
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...Object.values(schema.def.entries))
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.def.values)
  if (schema instanceof z.ZodString) return texts
  if (schema instanceof z.ZodNumberFormat) return fc.oneof(fc.maxSafeInteger(), fc.constant(-0))
  if (schema instanceof z.ZodNumber) return fc.double()
  if (schema instanceof z.ZodBoolean) return fc.boolean()
  if (schema instanceof z.ZodUnknown) return fc.jsonValue()
  if (schema instanceof z.ZodCodec) return fc.date({ noInvalidDate: false })
  return fc.constant(undefined)
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ minLength: 90, maxLength: 110 }),
)

function objectsOf({ def }: z.ZodObject): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(def.shape).map(([name, schema]) => {
      const isOptional = schema instanceof z.ZodOptional
      const inner = valuesOf(isOptional ? schema.def.innerType : schema)
      return [name, isOptional ? fc.option(inner, { nil: undefined, freq: 2 }) : inner]
    }),
  )
  const known = fc.record(fields, { noNullPrototype: true })
  const withUnknown = fc
    .tuple(known, fc.anything())
    .map(([object, extra]) => ({ ...object, not_known: extra }))
  return fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: withUnknown })
}

/** @returns the text, or that it was refused */
function libraryText(schema: z.ZodType, value: unknown): unknown {
  return orRefused(() => serializerCompiler({ schema, method: 'GET', url: '/' })(value))
}

function orRefused(write: () => unknown): unknown {
  try {
    return write()
  } catch {
    return 'refused'
  }
}

const answers = Object.values(operations).flatMap(({ operationId, schema }) =>
  Object.entries<z.ZodType>(schema.response).map(([status, answer]) => ({
    name: `${operationId} ${status}`,
    answer,
  })),
)

describe('an answer is written as the library writes it, or left to it', () => {
  test.each(answers)('$name', ({ answer }) => {
    const write = writerOf(answer)
    fc.assert(
      fc.property(valuesOf(answer), (value) => {
        const text = orRefused(() => write(value))
        if (text !== undefined) expect(text).toBe(libraryText(answer, value))
      }),
      { numRuns: 30, seed: 20_261_130 },
    )
  })
})

test('what is read and listed most is written, not left', () => {
  const line = z.object({ id: z.string(), quantity: z.int(), start: instant, end: instant.optional() })
  const answer = z.object({
    items: z.array(line),
    metadata: z.record(z.string(), z.string()),
    total: z.number(),
  })
  const start = new Date('2026-03-01T00:00:00Z')
  const value = {
    items: [{ id: 'a "b" \u2028\ud800', quantity: 1, start, end: undefined }],
    metadata: { 'a\n': '\\' },
    total: -0,
    unknown: 1,
  }
  expect(writerOf(answer)(value)).toBe(libraryText(answer, value))
})

test('what is not as the schema says is not written', () => {
  const answer = z.object({ id: z.string(), at: instant.optional(), of: z.enum(['a', 'b']).nullable() })
  const wrong = [
    { id: 1, of: 'a' },
    { of: 'a' },
    { id: 'x', of: 'c' },
    { id: 'x', of: null, at: new Date(Number.NaN) },
    { id: 'x', of: null, at: '2026-03-01T00:00:00Z' },
    [],
    null,
    new (class {
      id = 'x'
      of = null
    })(),
  ]
  expect(wrong.map((value) => writerOf(answer)(value))).toEqual(wrong.map(() => undefined))
})
