import { expect, test } from 'vitest'
import { isNestedDeeper } from './nesting.ts'

test.each<[json: string, depth: number]>([
  ['1', 0],
  ['{}', 1],
  ['{"a":[1,[2],[{"b":3}]],"c":{}}', 4],
  ['[[],[[],[[],[]]]]', 4],
  ['["[[[[", "\\"[[[[", "\\\\", {"}]": "[{"}]', 2],
  ['["\\\\", [[[1]]], "\\\\\\"[[["]', 4],
])('%s is nested %i deep', (json, depth) => {
  expect(isNestedDeeper(json, depth)).toBe(false)
  if (depth > 0) expect(isNestedDeeper(json, depth - 1)).toBe(true)
})

test('what is no JSON is read to its end, and no further than the depth', () => {
  expect(isNestedDeeper('["[[[[', 3)).toBe(false)
  expect(isNestedDeeper('['.repeat(1_000_000), 64)).toBe(true)
})
