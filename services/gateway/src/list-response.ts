import type { SearchPage } from '@flexprice/database/search'

/** What of a search decides the page. */
interface PageRequest {
  readonly limit: number
  readonly offset: number
  readonly cursor?: string | undefined
  readonly sort?: unknown
}

/** A page in the contract's form, with the cursor of the next one where there is one and the default order allows it. */
export function listResponse<Row extends { readonly id: string }, Item>(
  page: SearchPage<Row>,
  { limit, offset, sort, cursor }: PageRequest,
  toItem: (row: Row) => Item,
) {
  const last = page.items.at(-1)
  // The total counts the rows before a cursor, too: behind one, a full page is all that can be known.
  const mayFollow = cursor === undefined ? page.items.length < page.total : page.items.length === limit
  const goesOn = last !== undefined && mayFollow && sort === undefined && offset === 0
  return {
    items: page.items.map(toItem),
    pagination: { total: page.total, limit, offset, ...(goesOn ? { next_cursor: last.id } : {}) },
  }
}
