/** A subscription's lines: which price is at work, since when, until when. */
export { insertLineItem, type NewLineItem } from './line-item-additions.ts'
export { type LineItemEdit, updateLineItem } from './line-item-edits.ts'
export { endLineItem, type LineItemEnd } from './line-item-ends.ts'
export {
  getLineItem,
  type LineItemRow,
  type LineItemSearch,
  listLineItems,
  searchLineItems,
} from './line-item-search.ts'
