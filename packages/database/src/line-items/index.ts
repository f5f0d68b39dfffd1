/** A subscription's lines: which price is at work, since when, until when. */

export type { LineItemEdit } from './edited-line.ts'
export { insertLineItem, type NewLineItem } from './line-item-additions.ts'
export { editedLines, updateLineItem } from './line-item-edits.ts'
export { endLineItem, type LineItemEnd } from './line-item-ends.ts'
export {
  getLineItem,
  type LineItemRow,
  type LineItemSearch,
  listLineItems,
  searchLineItems,
} from './line-item-search.ts'
export { type LineState, lineState, lineStateLater } from './line-state.ts'
export { lineWrites } from './write-lines.ts'
