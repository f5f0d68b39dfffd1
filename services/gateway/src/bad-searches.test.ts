import { operations } from '@flexprice/contracts/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from './testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from './testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Of what is in PostgreSQL: workflows are Temporal's, which has its own test. */
const searches = operations.flatMap(({ method, path }) =>
  method === 'POST' && path.endsWith('/search') && !path.startsWith('/workflows') ? [path] : [],
)

/** The contract gives wallets neither free filters nor a list of sorts. */
const freeSearches = searches.filter((path) => path !== '/wallets/search')

test('there are searches to be tried', () => expect(freeSearches.length).toBeGreaterThanOrEqual(8))

test('/wallets/search: 400 for a sort by a field that does not exist, and for free filters, by their names', async () => {
  const answer = await caller.call('POST', '/wallets/search', { sort: 'colour' })
  expect([answer.status, Object.keys(problemsOf(answer))]).toEqual([400, ['sort']])
  const filters = [{ field: 'id', operator: 'eq', data_type: 'string', value: { string: 'red' } }]
  expect(problemsOf(await caller.call('POST', '/wallets/search', { filters }))).toEqual({
    filters: 'is not a known field',
  })
})

test.each(searches)('%s: a page beyond the end is empty, and says how many there are', async (path) => {
  expect(await caller.call('POST', path, { offset: 1_000_000 })).toMatchObject({
    status: 200,
    body: { items: [], pagination: { total: 0, offset: 1_000_000 } },
  })
})

test.each(freeSearches)(
  '%s: 400 for a sort and a filter by a field that does not exist, by their paths',
  async (path) => {
    const sort = path === '/prices/search' ? 'colour' : [{ field: 'colour', direction: 'asc' }]
    const filters = [{ field: 'colour', operator: 'eq', data_type: 'string', value: { string: 'red' } }]
    const answer = await caller.call('POST', path, { sort, filters })
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
    expect(Object.keys(problemsOf(answer)).toSorted()).toEqual([
      'filters[0].field',
      path === '/prices/search' ? 'sort' : 'sort[0].field',
    ])
  },
)

test.each(freeSearches)('%s: 400 for a filter of 10,000 values, by its path', async (path) => {
  const array = Array.from({ length: 10_000 }, (_, index) => `id_${index}`)
  const filters = [{ field: 'id', operator: 'in', data_type: 'array', value: { array } }]
  const answer = await caller.call('POST', path, { filters })
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(problemsOf(answer)).toEqual({ 'filters[0].value.array': 'must have at most 1000 items' })
})
