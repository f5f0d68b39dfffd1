import type { SearchPage } from '@flexprice/database/search'
import type { FastifyRequest } from 'fastify'
import { cursorAfter } from './plugins/page-cursors.ts'

/** What of a search decides the page. */
interface PageRequest {
  readonly limit: number
  readonly offset: number
  readonly cursor?: string | undefined
  readonly sort?: string | readonly unknown[] | undefined
}

/** A page in the contract's form. */
export function listResponse<Row, Item>(
  { items, total }: SearchPage<Row>,
  { limit, offset }: PageRequest,
  toItem: (row: Row) => Item,
) {
  return { items: items.map(toItem), pagination: { total, limit, offset } }
}

/** The same with the cursor of the next page, where there is one and the default order allows it. */
export function cursoredList<Row extends { readonly id: string }, Item>(
  page: SearchPage<Row>,
  request: FastifyRequest & { readonly body: PageRequest },
  toItem: (row: Row) => Item,
) {
  const { items, pagination } = listResponse(page, request.body, toItem)
  const last = lastOfMore(page, request.body)
  return {
    items,
    pagination:
      last === undefined ? pagination : { ...pagination, next_cursor: cursorAfter(request, last.id) },
  }
}

/** The last row of a page that another may follow in the default order. */
export function lastOfMore<Row>(
  { items, total }: SearchPage<Row>,
  { limit, offset, sort, cursor }: PageRequest,
): Row | undefined {
  // The total counts the rows before a cursor, too: behind one, a full page is all that can be known.
  const mayFollow = cursor === undefined ? items.length < total : items.length === limit
  const isDefaultOrder = sort === undefined || sort.length === 0
  return mayFollow && isDefaultOrder && offset === 0 ? items.at(-1) : undefined
}
