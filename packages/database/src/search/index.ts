export {
  pageSizeDefault,
  pageSizeMax,
  type Search,
  type SearchPage,
  type SortCondition,
  type SortDirection,
} from './search.ts'
export type { FilterCondition, FilterOperator, FilterValue } from './search-filter.ts'
