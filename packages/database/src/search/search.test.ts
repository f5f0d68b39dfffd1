import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deletePlan, insertPlan, searchPlans } from '../catalog/plans.ts'
import type { Scoped } from '../connection/connection.ts'
import { inTransaction } from '../connection/connection.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import type { Search } from './search.ts'
import type { FilterCondition } from './search-filter.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
const ids: string[] = []

beforeAll(async () => {
  scoped = await stack.newTenant()
  const plans = [
    { name: 'Basic', display_order: 1, lookup_key: 'basic' },
    { name: '100%_off \\ deal', display_order: 2, lookup_key: null },
    { name: "o'Neill; drop table plans", display_order: 3, lookup_key: 'neill' },
    { name: 'basic plus', display_order: 3, lookup_key: 'plus' },
  ]
  for (const [index, plan] of plans.entries())
    ids.push((await insertPlan(scoped, plan, daysFromNow(index))).id)
  const gone = await insertPlan(scoped, { name: 'Gone' }, now)
  await inTransaction(scoped, (transaction) => deletePlan(transaction, gone.id, now))
})

async function find(search: Search): Promise<number[]> {
  const { items } = await searchPlans(scoped, search)
  return items.map((row) => ids.indexOf(row.id))
}

describe('a filter', () => {
  const cases: ReadonlyArray<[string, FilterCondition, readonly number[]]> = [
    ['text eq', { field: 'name', operator: 'eq', value: { string: 'Basic' } }, [0]],
    [
      'text contains, in any case',
      { field: 'name', operator: 'contains', value: { string: 'BASIC' } },
      [0, 3],
    ],
    ['text contains %', { field: 'name', operator: 'contains', value: { string: '%' } }, [1]],
    ['text contains _', { field: 'name', operator: 'contains', value: { string: '_' } }, [1]],
    ['text contains \\', { field: 'name', operator: 'contains', value: { string: '\\' } }, [1]],
    ["text contains '", { field: 'name', operator: 'contains', value: { string: "'Neill; drop" } }, [2]],
    [
      'not_contains, also of nothing',
      { field: 'lookup_key', operator: 'not_contains', value: { string: 'b' } },
      [1, 2, 3],
    ],
    ['in', { field: 'lookup_key', operator: 'in', value: { array: ['plus', 'basic', "'"] } }, [0, 3]],
    ['in of none', { field: 'lookup_key', operator: 'in', value: { array: [] } }, []],
    [
      'not_in, also of nothing',
      { field: 'lookup_key', operator: 'not_in', value: { array: ['plus'] } },
      [0, 1, 2],
    ],
    ['number eq', { field: 'display_order', operator: 'eq', value: { number: 3 } }, [2, 3]],
    ['number gt a decimal', { field: 'display_order', operator: 'gt', value: { number: '1.5' } }, [1, 2, 3]],
    ['number gte', { field: 'display_order', operator: 'gte', value: { number: 2 } }, [1, 2, 3]],
    ['number lt', { field: 'display_order', operator: 'lt', value: { number: 2 } }, [0]],
    [
      'number in',
      { field: 'display_order', operator: 'in', data_type: 'array', value: { array: ['1', '3'] } },
      [0, 2, 3],
    ],
    [
      'before',
      { field: 'created_at', operator: 'before', data_type: 'date', value: { date: daysFromNow(1) } },
      [0],
    ],
    ['after', { field: 'created_at', operator: 'after', value: { date: daysFromNow(1) } }, [2, 3]],
    ['instant gte', { field: 'created_at', operator: 'gte', value: { date: daysFromNow(2) } }, [2, 3]],
    ['instant eq', { field: 'created_at', operator: 'eq', value: { date: daysFromNow(2) } }, [2]],
  ]
  test.each(cases)('%s', async (_, filter, expected) => {
    expect(await find({ filters: [filter], order: 'asc' })).toEqual(expected)
  })

  test('adds to the other filters', async () => {
    const filters: FilterCondition[] = [
      { field: 'name', operator: 'contains', value: { string: 'basic' } },
      { field: 'display_order', operator: 'gt', value: { number: 1 } },
    ]
    expect(await find({ filters })).toEqual([3])
  })

  const bad: ReadonlyArray<[string, Search, string]> = [
    [
      'an unknown field',
      { filters: [{ field: 'environment_id', operator: 'eq', value: { string: 'x' } }] },
      'filters[0].field',
    ],
    [
      'a field of every object',
      { filters: [{ field: 'constructor', operator: 'eq', value: { string: 'x' } }] },
      'filters[0].field',
    ],
    ['no field', { filters: [{ operator: 'eq', value: { string: 'x' } }] }, 'filters[0].field'],
    [
      'an operator of another type',
      { filters: [{ field: 'name', operator: 'gt', value: { string: 'x' } }] },
      'filters[0].operator',
    ],
    ['no operator', { filters: [{ field: 'name', value: { string: 'x' } }] }, 'filters[0].operator'],
    [
      'another data type',
      { filters: [{ field: 'name', operator: 'eq', data_type: 'number', value: { number: 1 } }] },
      'filters[0].data_type',
    ],
    ['no value', { filters: [{ field: 'name', operator: 'eq', value: {} }] }, 'filters[0].value.string'],
    [
      'no number',
      { filters: [{ field: 'display_order', operator: 'eq', value: { number: Number.NaN } }] },
      'filters[0].value.number',
    ],
    [
      'a text in numbers',
      { filters: [{ field: 'display_order', operator: 'in', value: { array: ['1', 'x'] } }] },
      'filters[0].value.array',
    ],
    ['an unknown sort', { sort: [{ field: 'name' }, { field: 'price_sequence' }] }, 'sort[1].field'],
    ['a limit of 0', { limit: 0 }, 'limit'],
    ['a limit of 1001', { limit: 1_001 }, 'limit'],
    ['a negative offset', { offset: -1 }, 'offset'],
    ['a cursor with an offset', { offset: 1, cursor: 'plan_' }, 'cursor'],
  ]
  test.each(bad)('with %s is refused by its path', async (_, search, path) => {
    await expect(find(search)).rejects.toMatchObject({
      code: 'validation_error',
      details: { fields: [expect.objectContaining({ path })] },
    })
  })
})

describe('a list', () => {
  test('is newest first, unless sorted, and equal keys are in the order of ids', async () => {
    expect(await find({})).toEqual([3, 2, 1, 0])
    expect(await find({ order: 'asc' })).toEqual([0, 1, 2, 3])
    expect(await find({ sort: [{ field: 'display_order', direction: 'desc' }] })).toEqual([3, 2, 1, 0])
    expect(await find({ sort: [{ field: 'display_order', direction: 'asc' }] })).toEqual([0, 1, 2, 3])
  })

  test('pages without overlap, and always says the whole number', async () => {
    const pages = await Promise.all([0, 3, 6].map((offset) => searchPlans(scoped, { limit: 3, offset })))
    expect(pages.map((page) => page.items.map((row) => ids.indexOf(row.id)))).toEqual([[3, 2, 1], [0], []])
    expect(pages.map((page) => page.total)).toEqual([4, 4, 4])
  })

  test('goes on from a cursor, in either direction', async () => {
    const page = await searchPlans(scoped, { limit: 1, cursor: ids[2] })
    expect([page.items.map((row) => row.id), page.total]).toEqual([[ids[1]], 4])
    expect(await find({ order: 'asc', cursor: ids[2] })).toEqual([3])
  })

  test('takes the time range as half-open', async () => {
    expect(await find({ start_time: daysFromNow(1), end_time: daysFromNow(3) })).toEqual([2, 1])
  })

  test('has published rows only, unless another status is asked for', async () => {
    const gone = async (search: Search) => (await searchPlans(scoped, search)).items.map((row) => row.name)
    expect(await gone({ status: 'deleted' })).toEqual(['Gone'])
    expect(
      await gone({ filters: [{ field: 'status', operator: 'eq', value: { string: 'deleted' } }] }),
    ).toEqual(['Gone'])
  })
})
