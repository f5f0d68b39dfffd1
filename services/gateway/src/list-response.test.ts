import { expect, test } from 'vitest'
import { lastOfMore } from './list-response.ts'

const page = (ids: readonly string[], total: number) => ({ items: ids.map((id) => ({ id })), total })

test.each([
  ['more follows', page(['b', 'a'], 3), { limit: 2, offset: 0 }, 'a'],
  ['the page is exactly the rest', page(['b', 'a'], 2), { limit: 2, offset: 0 }, undefined],
  ['the page is not full', page(['a'], 1), { limit: 2, offset: 0 }, undefined],
  ['behind a cursor the page is full', page(['b', 'a'], 9), { limit: 2, offset: 0, cursor: 'c' }, 'a'],
  ['behind a cursor it is not', page(['a'], 9), { limit: 2, offset: 0, cursor: 'c' }, undefined],
  ['another order is asked for', page(['b', 'a'], 3), { limit: 2, offset: 0, sort: 'name' }, undefined],
  ['an empty list of sorts is no other order', page(['b', 'a'], 3), { limit: 2, offset: 0, sort: [] }, 'a'],
  ['pages go by offset', page(['b', 'a'], 9), { limit: 2, offset: 2 }, undefined],
  ['nothing is there', page([], 0), { limit: 2, offset: 0 }, undefined],
])('the last row that another page follows when %s', (_when, found, request, last) => {
  expect(lastOfMore(found, request)?.id).toBe(last)
})
