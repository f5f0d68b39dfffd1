import { createTestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'

const databases = await createTestDatabase()
const scoped = await databases.newTenant()
afterAll(() => databases[Symbol.asyncDispose]())

test('an array of texts comes to PostgreSQL as it is, whatever the texts hold', async () => {
  const odd = fc.constantFrom(
    '',
    ' ',
    'NULL',
    'null',
    '"',
    '\\',
    '\\"',
    '{',
    '}',
    ',',
    '{a,b}',
    "'",
    '\n',
    'é€😀',
  )
  const text = fc.oneof(
    odd,
    fc.constant(null),
    fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (texts) => {
      const { rows } = await sql<{ texts: unknown; length: number }>`
        select ${texts}::text[] as texts, cardinality(${texts}::text[]) as length`.execute(scoped.db)
      expect(rows).toEqual([{ texts, length: texts.length }])
    }),
    { seed: 20_261_129, numRuns: 100 },
  )
})
