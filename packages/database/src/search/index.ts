/**
 * One way to filter, sort and page a list: a resource declares its fields, and nothing else can be asked for.
 */
export {
  pageSizeDefault,
  pageSizeMax,
  type Search,
  type SearchPage,
  type SortCondition,
  type SortDirection,
} from './search.ts'
export type { FilterCondition, FilterOperator, FilterValue } from './search-filter.ts'
