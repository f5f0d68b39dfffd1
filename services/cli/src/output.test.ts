import { expect, test } from 'vitest'
import { fieldList } from './output.ts'

test('a record stands on several lines: of lists of records, and of long ones, each entry by its place', () => {
  const record = {
    status: 'done',
    totals: { usd: '1' },
    none: [],
    codes: ['a', 'b'],
    warnings: [{ code: 'missing', line: { id: 'li_1' } }, { code: 'late' }],
    ids: ['x'.repeat(50), 'y'.repeat(50)],
  }
  const lines = fieldList(record)
    .split('\n')
    .map((line) => line.split(/:\s+/))
  expect(lines).toEqual([
    ['status', 'done'],
    ['totals.usd', '1'],
    ['none', '[]'],
    ['codes', '["a","b"]'],
    ['warnings.0.code', 'missing'],
    ['warnings.0.line.id', 'li_1'],
    ['warnings.1.code', 'late'],
    ['ids.0', 'x'.repeat(50)],
    ['ids.1', 'y'.repeat(50)],
  ])
})
