import { CodedError } from '@flexprice/domain'
import { expect, test } from 'vitest'
import { inHalves } from './in-halves.ts'

/** As a store that answers at most 5 units at once. */
async function answer(items: readonly number[]): Promise<string[]> {
  if (items.reduce((sum, item) => sum + item, 0) > 5) throw new CodedError('invalid_operation', 'Too much')
  return items.map((item) => `${item} answered`)
}
const refused = (item: number, { message }: CodedError) => `${item}: ${message}`

test('what is too much together is answered in parts, in order, and what is too much alone fails alone', async () => {
  expect(await inHalves([1, 2, 9, 3, 2, 4, 5], answer, refused)).toEqual([
    '1 answered',
    '2 answered',
    '9: Too much',
    '3 answered',
    '2 answered',
    '4 answered',
    '5 answered',
  ])
  expect(await inHalves([], answer, refused)).toEqual([])
})

test('any other failure is that of all, so that it is tried again', async () => {
  const broken = async () => {
    throw new CodedError('database_error', 'Gone')
  }
  await expect(inHalves([1, 2], broken, refused)).rejects.toMatchObject({ code: 'database_error' })
})
