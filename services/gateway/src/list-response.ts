import type { SearchPage } from '@flexprice/database'

/** What of a search decides the page. */
interface PageRequest {
  readonly limit: number
  readonly offset: number
  readonly sort?: unknown
}

/** A page in the contract's form, with the cursor of the next one where the default order allows it. */
export function listResponse<Row extends { readonly id: string }, Item>(
  page: SearchPage<Row>,
  { limit, offset, sort }: PageRequest,
  toItem: (row: Row) => Item,
) {
  const last = page.items.at(-1)
  const goesOn = last !== undefined && page.items.length === limit && sort === undefined && offset === 0
  return {
    items: page.items.map(toItem),
    pagination: { total: page.total, limit, offset, ...(goesOn ? { next_cursor: last.id } : {}) },
  }
}
