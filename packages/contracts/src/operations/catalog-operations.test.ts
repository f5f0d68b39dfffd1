import { expect, test } from 'vitest'
import { operations } from './operations.ts'

const catalogTags = ['Plans', 'Prices', 'Features', 'Groups', 'Entitlements']
/** They change no record of the catalog. */
const searches = /\/search$|\/sync\//

test('every operation that changes the catalog says so: cached answers would outlive it otherwise', () => {
  const writing = operations.filter(
    ({ tag, method, path }) => catalogTags.includes(tag) && method !== 'GET' && !searches.test(path),
  )
  expect(writing.length).toBeGreaterThan(10)
  expect(writing.filter(({ catalog }) => catalog !== 'write').map(({ operationId }) => operationId)).toEqual(
    [],
  )
})

test('only reads are answered from the cache', () => {
  const read = operations.filter(({ catalog }) => catalog === 'read')
  expect(read.length).toBeGreaterThan(0)
  expect(read.every(({ method }) => method === 'GET')).toBe(true)
})
